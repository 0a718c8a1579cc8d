internal import BackupStream
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Has a store forget points of a job: what its rules let go, or what a person names.
struct PointForgetting {
    let store: any ObjectStore
    let job: Name
    let maker: String
    /// Nothing is changed.
    var isTrial = false
    /// More than half of all points may go at once.
    var mayTakeMany = false
    var trustsClock = false

    /// What is to become of a point, and why.
    struct Fate {
        let generation: UInt64
        /// Nil for one that cannot be read.
        let digest: Digest256?
        let received: Timestamp?
        var stays: Bool
        var why: String
    }

    /// What rules make of all points, in the order of generations.
    ///
    /// - Throws: what keeps any of them from being read.
    func fates(by rules: KeepRules) throws -> [Fate] {
        let shelf = try PointShelf(reading: store, job: job) { point in
            let origin = SourceOrigin(facts: point.sourceFacts, of: point.sourceTime)
            return origin.flatMap { $0.source.isGiven == true ? nil : $0.description }
        }
        try shelf.requireAll("forget")
        return rules.retention.fates(of: shelf.points).map {
            Fate(
                generation: $0.point.generation, digest: $0.point.reference.digest,
                received: $0.point.received,
                stays: $0.stays, why: $0.explanation)
        }
    }

    /// Points that a person names, also those that cannot be read.
    func fates(ofNamed selections: [PointSelection]) throws -> [Fate] {
        let shelf = try PointShelf(reading: store, job: job)
        var named: Set<UInt64> = []
        for selection in selections {
            if case .generation(let number) = selection, shelf.unreadableGenerations.contains(number) {
                named.insert(number)
            } else {
                named.insert(try selection.find(shelf.repository).point.generation)
            }
        }
        let points = Dictionary(uniqueKeysWithValues: shelf.points.map { ($0.generation, $0) })
        return named.sorted().map {
            Fate(
                generation: $0, digest: points[$0]?.reference.digest, received: points[$0]?.received,
                stays: false,
                why: "asked for by name")
        }
    }

    /// Asks the store for those that are to go; it may keep some, and says why.
    ///
    /// - Throws: `refused`, or what is in doubt: nothing is forgotten then.
    func carryOut(_ fates: [Fate]) throws -> [Fate] {
        var refused: [UInt64: String] = [:]
        var rest = fates.filter { !$0.stays }.map {
            ForgetRequest.Item(generation: $0.generation, digest: $0.digest, reason: $0.why)
        }[...]
        // That the times are right is kept by the store, also where nothing goes.
        var isAsked = !trustsClock
        while !rest.isEmpty || !isAsked {
            isAsked = true
            var request = ForgetRequest(
                job: job, items: Array(rest.prefix(ForgetRequest.maximumItems)), maker: maker)
            (request.isTrial, request.mayTakeMany, request.trustsClock) = (isTrial, mayTakeMany, trustsClock)
            rest = rest.dropFirst(request.items.count)
            for kept in try store.forget(request).kept { refused[kept.generation] = kept.reason }
        }
        return fates.map { fate in
            guard let reason = refused[fate.generation] else { return fate }
            var kept = fate
            (kept.stays, kept.why) = (true, reason)
            return kept
        }
    }
}
