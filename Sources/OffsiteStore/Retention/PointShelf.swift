package import Platform

/// All points of a job and what notes say of them, as retention and collection need them: complete, or not at all.
package struct PointShelf {
    package let reader: PointReader
    /// In the order of their generations.
    package private(set) var points: [RetainedPoint] = []
    /// Map segments of each point, by generation.
    package private(set) var segments: [UInt64: [Point.Segment]] = [:]
    /// Those that cannot be read.
    package private(set) var unreadable: [StoreError] = []
    package private(set) var unreadableGenerations: [UInt64] = []

    /// - Throws: `corrupt` when a note that may be a pin or a release cannot be read: what it says is not known.
    package init(reading store: any ObjectStore, job: Name) throws(StoreError) {
        reader = try PointReader(store, job: job)
        let shelf = try NoteShelf(reader, store)
        for kind in [NoteID.Kind.pinned, .unpinned, .released] {
            guard try shelf.all(kind).count == shelf.count(kind) else {
                throw StoreError(
                    .corrupt, "read", "notes of job \(job)", "a note about points that stay cannot be read",
                    hint: "look for it with: hybridrep verify \(job) --full")
            }
        }
        let marks = try PointMarks(shelf)
        try reader.forEach { (generation, found) throws(StoreError) in
            do throws(StoreError) { add(try found.get(), marks) } catch {
                guard [.corrupt, .notFound, .failed, .incompatible, .denied].contains(error.kind) else {
                    throw error
                }
                unreadable.append(error)
                unreadableGenerations.append(generation)
            }
        }
    }

    private mutating func add(_ stored: StoredPoint, _ marks: PointMarks) {
        let point = stored.point
        let isGood =
            switch point.health {
            case .good: true
            case .damaged: false
            case .suspicious: marks.released.contains(stored.reference)
            }
        points.append(
            RetainedPoint(
                stored.reference, kind: point.kind, full: point.full, isGood: isGood,
                isPinned: marks.pinned[stored.reference] != nil, received: stored.receipt.received,
                made: point.sourceTime))
        segments[point.generation] = point.segments
    }

    /// Every point can be read, but those that are named.
    package func requireAll(_ operation: String, but lost: Set<UInt64> = []) throws(StoreError) {
        let first = zip(unreadableGenerations, unreadable).first { !lost.contains($0.0) }
        guard let (generation, error) = first else { return }
        throw StoreError(
            .corrupt, operation, "job \(reader.job.name)",
            "\(error.subject) cannot be read (\(error.detail)): what it needs is not known, so nothing is taken away",
            hint: "hybridrep verify \(reader.job.name) --full; if the point is lost: "
                + "hybridrep forget \(reader.job.name) \(generation)")
    }
}
