internal import Platform

/// The points of a job that were committed as suspicious and are accepted, looked up when the first of them is met.
final class Releases {
    private var known: Set<Point.Reference>?

    func points(_ points: PointReader, _ store: any ObjectStore) throws(StoreError) -> Set<Point.Reference> {
        if let known { return known }
        let found = Set(try NoteShelf(points, store).all(.released).compactMap(\.note.point))
        known = found
        return found
    }
}
