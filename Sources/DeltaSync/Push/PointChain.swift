internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// A target's points as a push finds them, some of them damaged perhaps.
struct PointChain {
    /// Parents that are followed back to the point this host has seen last.
    private static let mostFollowed = 64

    private let repository: Repository
    let generations: [UInt64]
    /// The newest that is not damaged: the next point's parent.
    let head: StoredPoint?
    /// Points that this host does not know and that nothing is built upon: they have no say in what is usual.
    var leftOut: Set<UInt64> = []

    init(_ repository: Repository) throws(SyncError) {
        self.repository = repository
        let generations = try syncing { () throws(StoreError) in try repository.generations() }
        head = try syncing { () throws(StoreError) in try repository.newestUndamaged(of: generations) }
        self.generations = generations
    }

    /// Of the newest point, damaged or not; 0 before the first.
    var newest: UInt64 { generations.last ?? 0 }

    /// Points newer than the head, all of them damaged.
    var damaged: [UInt64] { generations.filter { $0 > head?.point.generation ?? 0 } }

    /// Nil for a point that is not there or is damaged.
    func point(_ generation: UInt64) throws(SyncError) -> StoredPoint? {
        if generation == head?.point.generation { return head }
        guard generations.contains(generation) else { return nil }
        return try syncing { () throws(StoreError) in try repository.undamaged(generation) }
    }

    /// Whether another key than the owner's has committed a point.
    func isForeign(_ stored: StoredPoint) throws(SyncError) -> Bool {
        try syncing { () throws(StoreError) in try repository.isForeign(stored) }
    }

    /// Why a point's image is not believed; nil where it is.
    func unbounded(_ point: Point) throws(SyncError) -> String? {
        try syncing { () throws(StoreError) in try repository.isBounded(point) }
            ? nil : repository.unbounded(point)
    }

    /// The newest full that is not damaged.
    private func newestFull() throws(SyncError) -> StoredPoint? {
        for generation in generations.reversed() where !leftOut.contains(generation) {
            guard let found = try point(generation) else { continue }
            guard let reference = found.point.full else { return found }
            if let full = try point(reference.generation), full.reference == reference { return full }
        }
        return nil
    }

    /// The full that the next one is built upon, where it is held and others with it.
    ///
    /// Those that were committed with damage are stepped over, unless they are held themselves: nobody has judged them.
    func heldFull() throws(SyncError) -> StoredPoint? {
        var next = try newestFull()
        while let full = next {
            if let hold = full.point.hold, hold.holdsOthers {
                return try syncing { () throws(StoreError) in try repository.isReleased(full) } ? nil : full
            }
            guard full.point.health == .damaged else { return nil }
            next = try fullBefore(full)
        }
        return nil
    }

    private func fullBefore(_ full: StoredPoint) throws(SyncError) -> StoredPoint? {
        for generation in generations.reversed()
        where generation < full.point.generation && !leftOut.contains(generation) {
            if let found = try point(generation), found.point.kind == .full { return found }
        }
        return nil
    }

    /// The newest good fulls, at most so many.
    func goodFulls(_ count: Int) throws(SyncError) -> [Point] {
        var found: [Point] = []
        // Log points are stepped over to the full that they continue.
        var end = UInt64.max
        for generation in generations.reversed() where generation < end && found.count < count {
            guard !leftOut.contains(generation), let stored = try point(generation) else { continue }
            if let full = stored.point.full {
                end = full.generation + 1
                continue
            }
            if try syncing({ () throws(StoreError) in try repository.isAccepted(stored) }) {
                // The gate asks the newest one's source, and of the others only numbers.
                found.append(found.isEmpty ? stored.point : stored.point.outline)
            }
        }
        return found
    }

    /// False when the head does not descend from a point that is there.
    ///
    /// A parent that is gone or damaged ends the search, and so does a long way.
    func isHead(after reference: Point.Reference) throws(SyncError) -> Bool {
        var current = head
        for _ in 0..<Self.mostFollowed {
            guard let here = current, here.point.generation > reference.generation else { break }
            // The first point, or one that steps over the reference: not damaged, that would be the parent.
            guard let parent = here.point.parent, parent.generation >= reference.generation else {
                return try point(reference.generation) == nil
            }
            if parent.generation == reference.generation { return parent == reference }
            current = try point(parent.generation)
            if let current, current.reference != parent { return false }
        }
        return true
    }
}
