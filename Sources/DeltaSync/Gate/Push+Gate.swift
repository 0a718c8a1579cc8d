internal import OffsiteStore
internal import Platform

extension Push {
    /// Why a full is to be held, from what the store has of those before it; empty for nothing.
    func reasonsToHold(
        _ point: Point, _ request: PushRequest, _ history: PointHistory, hasBase: Bool, _ points: PointReader
    ) throws(SyncError) -> [String] {
        guard request.isGated, point.kind == .full, point.health == .good else { return [] }
        if let held = try heldHead(history, points) {
            return ["it is built upon point \(held.generation), which is held"]
        }
        guard let latest = try history.goodFulls(1).first else { return [] }
        var reasons = try SanityGate.reasons(point, since: latest, hasBase: hasBase) { () throws(SyncError) in
            try history.goodFulls(SanityGate.historyPoints)
        }
        if let other = request.otherSource(latest.sourceFacts) { reasons.append(other) }
        return reasons
    }

    /// The newest point, where the gate holds it.
    private func heldHead(_ history: PointHistory, _ points: PointReader) throws(SyncError) -> Point? {
        guard let head = history.head, head.point.health == .suspicious else { return nil }
        return try syncing { () throws(StoreError) in
            guard try !points.isGood(head) else { return nil }
            let key = ObjectKey.note(points.job.name, NoteID(.held, of: head.point.generation))
            return try store.length(of: key) == nil ? nil : head.point
        }
    }

    /// Keeps in the store why a point is held; without it a status cannot say so.
    func note(
        _ reasons: [String], of point: Point.Reference, _ request: PushRequest, by maker: String,
        _ points: PointReader
    ) {
        guard !reasons.isEmpty else { return }
        let note = Note(
            NoteID(.held, of: point.generation), point: point, made: request.sourceTime, maker: maker,
            comment: reasons.joined(separator: "; "))
        _ = try? store.publish(note, points)
    }
}
