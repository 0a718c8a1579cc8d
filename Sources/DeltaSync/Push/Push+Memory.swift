internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// What this host knows of a target, before a push and after it.
extension Push {
    /// Refuses a store in which the job's name is another job's.
    func checkIdentity(_ points: PointReader) throws(SyncError) {
        guard points.job.id == job.id, points.job.secret == job.secret else {
            throw .wrongStore(
                "target \(target) holds another job of the name \(job.name)",
                hint: "use another job name, or another store")
        }
    }

    /// Refuses a store that is not the one this host remembers, or one whose points do not follow those it has seen.
    func checkMemory(_ history: PointChain, _ points: PointReader) throws(SyncError) {
        guard let memory = state.target(target) else { return }
        try memory.check(points.storeID, target: target, among: history.generations) {
            (generation) throws(SyncError) in try history.point(generation)?.digest
        }
        guard try history.isHead(after: memory.reference) else {
            throw .wrongStore(
                "the newest points of target \(target) do not follow point \(memory.generation), which was committed",
                hint: TargetMemory.hint(target))
        }
    }

    /// The result of a push whose point was committed before, although the answer was lost.
    func committed(
        _ head: StoredPoint, _ history: PointChain, _ points: PointReader, _ journal: PushJournal
    ) throws(SyncError) -> PushResult {
        var result = PushResult(point: head.point)
        result.parentID = try head.point.parent.flatMap { (parent) throws(SyncError) in
            try history.point(parent.generation)?.point.id
        }
        let full = try head.point.full.flatMap { (full) throws(SyncError) in
            try history.point(full.generation)?.point
        }
        result.stateFailure = remember(head.point, head.digest, full: full, points, nil, journal)
        return result
    }

    /// Writes down what this host should know of a point that is committed.
    ///
    /// - Returns: Why it could not: that costs time only.
    func remember(
        _ point: Point, _ digest: Digest256, full: Point?, _ points: PointReader, _ new: MapSegment?,
        _ journal: PushJournal
    ) -> SystemError? {
        do throws(SystemError) {
            if let new { try state.keep(new) }
            try state.remember(
                TargetMemory(
                    store: points.storeID, generation: point.generation, digest: digest,
                    full: TargetMemory.Base(full ?? point),
                    logs: full == nil ? nil : TargetMemory.Base(point)), of: target)
            journal.remove()
            return nil
        } catch { return error }
    }
}
