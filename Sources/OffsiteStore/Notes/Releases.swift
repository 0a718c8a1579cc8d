internal import Platform

/// What notes say of a job's points, looked up when it is first asked for, and once.
final class Releases {
    private var shelf: NoteShelf?
    private var known: Set<Point.Reference>?
    private var bounds: KnownBounds?
    private var owned: Ownership?

    /// Whose points count.
    func ownership(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> Ownership {
        if let owned { return owned }
        let found = try Ownership(try shelf(points, store))
        owned = found
        return found
    }

    /// The notes that were there when they were first asked for.
    func shelf(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> NoteShelf {
        if let shelf { return shelf }
        let found = try NoteShelf(points, store)
        shelf = found
        return found
    }

    /// How large images may be, by the points that were there when it was first asked for.
    func bounds(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> KnownBounds {
        if let bounds { return bounds }
        let found = try KnownBounds(points, accepted: try self.points(points, store))
        bounds = found
        return found
    }

    /// The points that were committed as suspicious and are accepted.
    func points(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> Set<Point.Reference> {
        if let known { return known }
        let found = Set(try shelf(points, store).all(.released).compactMap(\.note.point))
        known = found
        return found
    }
}
