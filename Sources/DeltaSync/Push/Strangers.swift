internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// Points that this host did not make are told of by every push, until they are gone or accepted.
extension Push {
    /// Points that are looked at again, the newest of them.
    private static let mostLooks = 64

    /// The points of earlier pushes' findings that are still there and still count for nobody.
    func remainingStrangers(_ history: PointChain, _ request: PushRequest) throws(SyncError) -> KnownStrangers
    {
        let known = state.strangers(target).entries
        guard !known.isEmpty else { return KnownStrangers([]) }
        let there = Set(history.generations)
        var left: [KnownStrangers.Entry] = []
        var looks = 0
        for entry in known.reversed() where there.contains(entry.generation) {
            guard entry.kind != .forged, looks < Self.mostLooks else {
                left.append(entry)
                continue
            }
            looks += 1
            if let entry = try entry.judgedAgain(history, request) { left.append(entry) }
        }
        return KnownStrangers(left)
    }

    /// Keeps what must be told of again, before the point is committed after which nobody would look for it.
    ///
    /// - Returns: Why it could not.
    func remember(
        _ strangers: [PushResult.Stranger], _ unexamined: [UInt64], besides remaining: KnownStrangers
    ) -> SystemError? {
        let found = KnownStrangers(
            remaining.entries
                + unexamined.map { KnownStrangers.Entry(generation: $0, kind: .unexamined, reason: "") }
                + strangers.map {
                    KnownStrangers.Entry(generation: $0.point.generation, kind: $0.kind, reason: $0.reason)
                })
        do throws(SystemError) {
            if found != state.strangers(target) { try state.remember(found, of: target) }
            return nil
        } catch { return error }
    }
}

extension KnownStrangers.Entry {
    /// The same as the point is today; nil for one that counts now.
    fileprivate func judgedAgain(_ history: PointChain, _ request: PushRequest) throws(SyncError) -> Self? {
        // One that is damaged is told of by others, and may be the same again later.
        guard let stored = try history.point(generation) else { return self }
        if let (kind, reason) = try history.strangeness(of: stored) {
            return Self(generation: generation, kind: kind, reason: reason)
        }
        guard kind == .unexamined else { return nil }
        if case .forged = request.kinship(stored.point, false) {
            return Self(generation: generation, kind: .forged, reason: Lineage.forgedFacts)
        }
        return self
    }
}

extension PointChain {
    /// Why a point counts for nobody, whatever its facts say of its source; nil where it may count.
    func strangeness(of stored: StoredPoint) throws(SyncError) -> (KnownStrangers.Kind, String)? {
        if try isForeign(stored) {
            let maker = stored.receipt.maker?.description ?? "somebody else"
            return (.foreign, "\(maker), who is not the job's owner, has committed it")
        }
        // One that the gate holds is told of as held.
        guard stored.point.health != .suspicious else { return nil }
        return try unbounded(stored.point).map { (.unbounded, $0) }
    }
}
