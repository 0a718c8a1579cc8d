internal import BackupStream
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Asks the stores of jobs how these stand.
struct StatusReader {
    let session: CommandContext
    let configuration: Configuration

    /// - Parameters:
    ///   - asked: One target; nil for all of each job.
    ///   - since: From when on the history is read as well; nil for none.
    func read(
        _ jobs: [JobConfiguration], target asked: String?, since: Timestamp? = nil
    ) throws -> [TargetStatus] {
        var forecasts = Forecasts()
        let history = RunHistory(of: configuration, session)
        return try jobs.flatMap { job in
            let context = JobContext(session, configuration, job)
            return try context.targets(asked).map { target in
                let run =
                    session.console.attempt { try history.lastRun(of: job.name, at: target.name) } ?? nil
                return read(context, target, since, run, &forecasts)
            }
        }
    }

    /// Of each target asked so far how long its room lasts: all its jobs share that.
    private typealias Forecasts = [Name: SpaceForecast]

    private func read(
        _ context: JobContext, _ target: TargetConfiguration, _ since: Timestamp?, _ lastRun: RunRecord?,
        _ forecasts: inout Forecasts
    ) -> TargetStatus {
        let job = context.job
        do {
            let (evidence, history) = try evidence(context, target, since, &forecasts)
            return TargetStatus(
                job: job.name, target: target.name,
                outcome: .success(
                    JobStatus(
                        evidence, job.promises, forecasts[target.name], lastRun: lastRun,
                        now: session.clock.now)),
                waitingImages: waiting(context, evidence.head?.point), history: history)
        } catch {
            return TargetStatus(
                job: job.name, target: target.name, outcome: .failure(CommandFailure(wrapping: error)),
                waitingImages: waiting(context, nil))
        }
    }

    private func evidence(
        _ context: JobContext, _ target: TargetConfiguration, _ since: Timestamp?,
        _ forecasts: inout Forecasts
    ) throws -> (JobEvidence, JobHistory?) {
        let store = try context.connection.open(target)
        let repository = try Repository(store, job: context.job.name)
        let found = try JobEvidence(reading: repository)
        var history: JobHistory?
        if let since {
            history = try JobHistory(
                reading: repository, since: since,
                readWithin: context.job.fullWithin.value?.seconds ?? ReadCoverage.usualSeconds)
        }
        if forecasts[target.name] == nil {
            // What the store does not tell is no reason to say nothing of the job.
            forecasts[target.name] = try? SpaceForecast(asking: store, now: session.clock.now)
        }
        try store.close()
        return (found, history)
    }

    /// Images of this host that are newer than the newest point.
    private func waiting(_ context: JobContext, _ head: Point?) -> Int {
        guard let entries = try? context.spool().entries() else { return 0 }
        guard let head else { return entries.count }
        let newest = SpoolName(head.sourceTime, head.imageDigest)
        // Of images of one second the names are seconds apart: the newest point's own tells which came after it.
        let own = entries.map(\.name).last { $0.digestPrefix == newest.digestPrefix } ?? newest
        return entries.count { $0.name.time > own.time }
    }
}

extension JobConfiguration {
    var promises: Objectives {
        Objectives(
            recoveryPoint: rpo.value?.seconds, restoreWithin: rto.value?.seconds,
            fullWithin: fullWithin.value?.seconds,
            rehearseWithin: rehearsal.within.value?.seconds)
    }
}
