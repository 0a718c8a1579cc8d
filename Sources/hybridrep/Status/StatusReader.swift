internal import BackupStream
internal import OffsiteStore
internal import Platform
internal import Verify

/// Asks the stores of jobs how these stand.
struct StatusReader {
    let session: Session
    let configuration: Configuration

    /// - Parameters:
    ///   - asked: One target; nil for all of each job.
    ///   - since: From when on the history is read as well; nil for none.
    func read(
        _ jobs: [JobConfiguration], target asked: String?, since: Timestamp? = nil
    ) throws -> [TargetStatus] {
        try jobs.flatMap { job in
            let context = try JobContext(session, configuration, job)
            return try context.targets(asked).map { read(context, $0, since) }
        }
    }

    private func read(
        _ context: JobContext, _ target: TargetConfiguration, _ since: Timestamp?
    ) -> TargetStatus {
        let job = context.job
        do {
            let (evidence, history, forecast) = try evidence(context, target, since)
            return TargetStatus(
                job: job.name, target: target.name,
                outcome: .success(JobStatus(evidence, job.promises, forecast, now: session.clock.now)),
                waitingImages: waiting(context, evidence.head?.point), history: history)
        } catch {
            return TargetStatus(
                job: job.name, target: target.name, outcome: .failure(CommandFailure(wrapping: error)),
                waitingImages: waiting(context, nil))
        }
    }

    private func evidence(
        _ context: JobContext, _ target: TargetConfiguration, _ since: Timestamp?
    ) throws -> (JobEvidence, JobHistory?, SpaceForecast?) {
        let store = try context.connection.open(target)
        let points = try PointReader(store, job: context.job.name)
        let found = try JobEvidence(reading: points)
        var history: JobHistory?
        if let since { history = try JobHistory(reading: points, since: since) }
        // What the store does not tell is no reason to say nothing of the job.
        let forecast = try? SpaceForecast(asking: store, now: session.clock.now)
        try store.close()
        return (found, history, forecast)
    }

    /// Images of this host that are newer than the newest point.
    private func waiting(_ context: JobContext, _ head: Point?) -> Int {
        guard let entries = try? context.spool().entries() else { return 0 }
        guard let head else { return entries.count }
        let newest = SpoolName(head.sourceTime, head.imageDigest)
        return entries.count { $0.name.time > newest.time }
    }
}

extension JobConfiguration {
    var promises: Promises {
        Promises(
            recoveryPoint: rpo.value?.seconds, restoreWithin: rto.value?.seconds,
            fullWithin: fullWithin.value?.seconds,
            rehearseWithin: rehearsal.within.value?.seconds)
    }
}
