internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

extension Push {
    /// Says of a point that is about to be committed whether it is held, and why.
    ///
    /// - Parameter full: The full that a log point continues.
    func judge(
        _ point: inout Point, _ request: PushRequest, _ history: PointChain, _ full: StoredPoint?,
        _ points: PointReader
    ) throws(SyncError) {
        var reasons = request.suspicions
        var follows: [Point.Reference] = []
        // A reader would not believe it, whatever the gate is told.
        let isBounded = try syncing { () throws(StoreError) in try points.isBounded(point) }
        if !isBounded { reasons.append(.init(.unlike, points.unbounded(point))) }
        if let full {
            if try !isAccepted(full, points) {
                point.health = .worst(point.health, full.point.health)
                follows = Point.Hold.following(full)
            }
        } else if request.isGated {
            let held = try history.heldFull()
            follows = held.map(Point.Hold.following) ?? []
            reasons += try unlike(point, request, history, since: held?.point)
        }
        // What was committed with damage is not held for it.
        if full?.point.health == .damaged { follows = [] }
        point.hold = Point.Hold(reasons, follows: follows)
        if point.hold != nil { point.health = .worst(point.health, .suspicious) }
    }

    private func isAccepted(_ stored: StoredPoint, _ points: PointReader) throws(SyncError) -> Bool {
        try syncing { () throws(StoreError) in try points.isAccepted(stored) }
    }

    /// Why a full is unlike those before it.
    ///
    /// - Parameter held: What it is built upon, if that is held: then it is compared with that, as if it were good.
    private func unlike(
        _ point: Point, _ request: PushRequest, _ history: PointChain, since held: Point?
    ) throws(SyncError) -> [Point.Hold.Reason] {
        let newest = held == nil ? try history.goodFulls(1).first : held
        guard let latest = newest else { return [] }
        var reasons = try SanityGate.reasons(point, since: latest) { () throws(SyncError) in
            try history.goodFulls(SanityGate.historyPoints)
        }
        if let leap = SanityGate.blankLeap(point, since: latest) { reasons.append(leap) }
        if let other = request.otherSource(latest.sourceFacts) { reasons.append(other) }
        if let lack = request.lack(latest) { reasons.append(lack) }
        return reasons.map { .init(.unlike, $0) }
    }
}
