internal import BackupStream
internal import DeltaSync
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
        var surveys: [Name: Survey] = [:]
        let history = RunHistory(of: configuration, session)
        return try jobs.flatMap { job in
            let context = JobContext(session, configuration, job)
            return try context.targets(asked).map { target in
                let run =
                    session.console.attempt { try history.lastRun(of: job.name, at: target.name) } ?? nil
                return read(context, target, since, run, &surveys)
            }
        }
    }

    /// Says of a target how long its room lasts, which all its jobs share, and what was read for that.
    private struct Survey {
        /// Nil where the store does not tell.
        var forecast: SpaceForecast?
        /// Points that may count for nobody: somebody is named who made them, or little of their images is stored.
        var doubtful: [Name: [StoredPoint]] = [:]

        init(_ store: any ObjectStore, now: Timestamp) {
            var doubtful: [Name: [StoredPoint]] = [:]
            // What the store does not tell is no reason to say nothing of the job.
            forecast = try? SpaceForecast(asking: store, now: now) { job, stored in
                guard stored.receipt.maker != nil || !ImageBound(stored.point).isFree else { return }
                doubtful[job, default: []].append(
                    StoredPoint(point: stored.point.outline, receipt: stored.receipt))
            }
            self.doubtful = doubtful
        }
    }

    private func read(
        _ context: JobContext, _ target: TargetConfiguration, _ since: Timestamp?, _ lastRun: RunRecord?,
        _ surveys: inout [Name: Survey]
    ) -> TargetStatus {
        let job = context.job
        do {
            let (evidence, history) = try evidence(context, target, since, &surveys)
            return TargetStatus(
                job: job.name, target: target.name,
                outcome: .success(
                    JobStatus(
                        evidence, job.promises, surveys[target.name]?.forecast, lastRun: lastRun,
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
        _ surveys: inout [Name: Survey]
    ) throws -> (JobEvidence, JobHistory?) {
        let store = try context.connection.open(target)
        let repository = try Repository(store, job: context.job.name)
        let survey = surveys[target.name] ?? Survey(store, now: session.clock.now)
        surveys[target.name] = survey
        let found = try JobEvidence(
            reading: repository, seen: survey.doubtful[context.job.name] ?? [],
            doubted: context.state.strangers(target.name).doubts)
        var history: JobHistory?
        if let since {
            history = try JobHistory(
                reading: repository, since: since,
                readWithin: context.job.fullWithin.value?.seconds ?? ReadCoverage.usualSeconds)
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
