internal import Platform

extension StoreCheck {
    /// Hashes the objects of an arc in the order of their names, until its time is over; notes where that was.
    mutating func hash(
        _ part: CheckRequest.Part, of objects: [ListedObject], _ progress: (CheckReport) -> Void
    ) throws(StoreError) {
        let arc = part.arc
        let toHash = objects.compactMap { object in
            object.key.digest.flatMap { arc.contains($0) ? (DigestArc.position(of: $0), object) : nil }
        }.sorted { ($0.0 &- arc.start, $0.1.key.path) < ($1.0 &- arc.start, $1.1.key.path) }
        report.objectsToHash = toHash.count
        let end = part.seconds.map { store.clock.monotonicNanoseconds &+ UInt64($0) * 1_000_000_000 }
        var last: UInt64?
        for (position, object) in toHash {
            if let end, let last, position != last, store.clock.monotonicNanoseconds >= end {
                report.readTo = position
                return
            }
            try hash(object)
            progress(report)
            last = position
        }
        report.readTo = arc.end
    }
}

extension ObjectKey {
    /// The digest that is its name; nil for what has another.
    fileprivate var digest: Digest256? {
        switch self {
        case .pack(_, let name), .map(_, let name), .index(_, let name): name
        case .store, .job, .point, .note: nil
        }
    }
}
