package import Platform
package import StoreFormat

/// All points of a job and what notes say of them, as retention and collection need them: complete, or not at all.
package struct PointShelf {
    /// Points that a hint names.
    private static let mostNamed = 50

    package let repository: Repository
    /// In the order of their generations.
    package private(set) var points: [RetainedPoint] = []
    /// Map segments of each point, by generation.
    package private(set) var segments: [UInt64: [Point.Segment]] = [:]
    /// Those that cannot be read.
    package private(set) var unreadable: [StoreError] = []
    package private(set) var unreadableGenerations: [UInt64] = []
    /// The source of a point; nil if unknown.
    private let source: (Point) -> String?
    /// Names of points, and of notes that have a say in what stays, as they were listed.
    private var listed: Set<ObjectKey> = []

    /// - Parameter source: The source of a point, by its facts, which the store does not interpret.
    /// - Throws: `corrupt` when a note that may be a pin or a release cannot be read.
    package init(
        reading store: any ObjectStore, job: Name, source: @escaping (Point) -> String? = { _ in nil }
    ) throws(StoreError) {
        self.source = source
        repository = try Repository(store, job: job)
        listed = try Self.list(store, job)
        let shelf = try NoteReader(repository)
        var notes: [NoteID.Kind: [StoredNote]] = [:]
        for kind in PointMarks.kinds {
            let found = try shelf.all(kind)
            // What one says that is listed and cannot be read, or was not listed again, is not known.
            let known = Set(found.map { ObjectKey.note(job, $0.note.id) })
            guard known == listed.filter({ $0.note?.kind == kind }) else {
                throw StoreError(
                    .corrupt, "read", "notes of job \(job)", "a note about points that stay cannot be read",
                    hint: "look for it with: hybridrep verify \(job) --full")
            }
            notes[kind] = found
        }
        let marks = PointMarks(notes)
        let damage = try repository.damage()
        try repository.forEach { (generation, found) throws(StoreError) in
            do throws(StoreError) {
                let stored = try found.get()
                add(stored, marks, damage, isBounded: try repository.isBounded(stored.point))
            } catch {
                guard error.tellsOfDamage else { throw error }
                unreadable.append(error)
                unreadableGenerations.append(generation)
            }
        }
    }

    private static func list(_ store: any ObjectStore, _ job: Name) throws(StoreError) -> Set<ObjectKey> {
        let points = try store.list(.point, job: job).map(\.key)
        let notes = try store.list(.note, job: job).map(\.key)
            .filter { key in key.note.map { PointMarks.kinds.contains($0.kind) } ?? false }
        return Set(points + notes)
    }

    /// Verifies that everything was read, by listing a second time.
    ///
    /// A disk or share may leave names out of a listing without an error; and a person may have pinned a point meanwhile.
    func requireUnchanged(_ store: any ObjectStore, _ operation: String) throws(StoreError) {
        let job = repository.job.name
        let read = Set((points.map(\.generation) + unreadableGenerations).map { ObjectKey.point(job, $0) })
        let again = try Self.list(store, job)
        guard again == listed, read == Set(listed.filter { $0.kind == .point }) else {
            throw StoreError(
                .exists, operation, "job \(job)",
                "what its points and notes are changed while they were read: nothing is taken away",
                hint: "try again")
        }
    }

    private mutating func add(
        _ stored: StoredPoint, _ marks: PointMarks, _ damage: OpenDamage, isBounded: Bool
    ) {
        let point = stored.point
        var retained = RetainedPoint(
            stored.reference, kind: point.kind, full: point.full,
            isGood: isBounded && stored.isAccepted(marks.released)
                && !marks.ownership.isForeign(stored),
            isDamaged: stored.damage(by: damage) != nil,
            isPinned: marks.pinned[stored.reference] != nil, received: stored.receipt.received,
            made: point.sourceTime)
        retained.source = source(point)
        points.append(retained)
        segments[point.generation] = point.segments
    }

    /// Every point can be read, but those that are named.
    package func requireAll(_ operation: String, but lost: Set<UInt64> = []) throws(StoreError) {
        let left = zip(unreadableGenerations, unreadable).filter { !lost.contains($0.0) }
        guard let (_, error) = left.first else { return }
        throw refusal(operation, "\(error.subject) cannot be read (\(error.detail))", left.map(\.0))
    }

    /// Why nothing may be taken away: something that points need is not known.
    ///
    /// - Parameter lost: The points, which the hint says how to give up.
    func refusal(_ operation: String, _ what: String, _ lost: [UInt64]) -> StoreError {
        let job = repository.job.name
        let named = lost.prefix(Self.mostNamed).map { "\($0)" }.joined(separator: " ")
        // The newest good point and what is newer stays until there is a newer good one.
        let newest = points.last(where: \.isGood)?.generation ?? 0
        let isFirstRun = lost.contains { $0 >= newest }
        let remedy =
            lost.isEmpty
            ? ""
            : "; if \(lost.count == 1 ? "the point is" : "the points are") lost: "
                + (isFirstRun ? "hybridrep run \(job); then: " : "") + "hybridrep forget \(job) \(named)"
        let points = lost.count == 1 ? "point \(named)" : lost.isEmpty ? "points" : "points \(named)"
        return StoreError(
            .corrupt, operation, "job \(job)",
            "\(what): what \(points) need\(lost.count == 1 ? "s" : "") is not known, so nothing is taken away",
            hint: "hybridrep verify \(job) --full" + remedy)
    }
}
