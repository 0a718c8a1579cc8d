internal import Platform
internal import StoreFormat

extension StoreCheck {
    /// Hashes the objects of an arc in the order of their names, until its time is over; notes where that was.
    ///
    /// If the arc has none, the next object after it is read: reading nothing verifies nothing.
    mutating func hash(
        _ part: CheckRequest.Part, of objects: [ListedObject],
        _ progress: (CheckReport) throws(StoreError) -> Void
    ) throws(StoreError) {
        let arc = part.arc
        let named = objects.compactMap { object in
            object.key.digest.map { (position: DigestRange.position(of: $0), isIn: arc.contains($0), object) }
        }.sorted { ($0.position &- arc.start, $0.2.key.path) < ($1.position &- arc.start, $1.2.key.path) }
        let isEmpty = !named.contains { $0.isIn }
        let toHash = isEmpty ? named.prefix(1) : named.filter(\.isIn)[...]
        report.objectsToHash = toHash.count
        let end = part.seconds.map { store.clock.monotonicNanoseconds &+ UInt64($0) * 1_000_000_000 }
        var last: UInt64?
        for (position, _, object) in toHash {
            if let end, let last, position != last, store.clock.monotonicNanoseconds >= end {
                report.readTo = position
                return
            }
            try hash(object)
            try progress(report)
            last = position
        }
        report.readTo = isEmpty ? last.map { $0 &+ 1 } ?? arc.end : arc.end
    }
}
