internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Makes the history of this host again, as far as the stores of its jobs know it.
struct HistoryRebuild {
    let session: CommandContext
    let configuration: Configuration

    /// - Returns: Degraded where some of the targets could not be asked.
    func run(_ jobs: [JobConfiguration]) throws -> ExitStatus {
        var verdicts: [ExitStatus] = []
        for job in jobs {
            let context = JobContext(session, configuration, job)
            verdicts += try context.verdicts(nil, "history") { target in
                let count = try rebuild(context, target)
                session.console.news("\(job.name) at \(target.name): \(count) runs rebuilt")
                return .good
            }
        }
        return ExitStatus.ofJob(targets: verdicts)
    }

    private func rebuild(_ context: JobContext, _ target: TargetConfiguration) throws -> Int {
        let now = session.clock.now
        let store = try context.connection.open(target)
        let repository = try Repository(store, job: context.job.name)
        let since = Timestamp(seconds: now.seconds - RunHistory.mostDays * 86_400)
        let known = try JobHistory(reading: repository, since: since)
        let proofs = Dictionary(
            try repository.notes().all(.proved).map { ($0.note.point, $0.note) }
        ) { newest, _ in newest }
        try store.close()
        let job = context.job.name
        let records =
            known.points.map { point($0, proofs, job, target.name) }
            + known.verifications.map { note("verify", $0.time, $0.isGood, $0.runID, job, target.name) }
            + known.rehearsals.map { note("rehearse", $0.time, $0.isGood, $0.runID, job, target.name) }
        return try context.history.rebuild(records, of: job, at: target.name, now: now)
    }

    /// A point was pushed, with whichever verb; the proof that followed names the run.
    private func point(
        _ stored: StoredPoint, _ proofs: [Point.Reference?: Note], _ job: Name, _ target: Name
    ) -> RunRecord {
        let point = stored.point
        let proof = proofs[stored.reference]
        var record = RunRecord(
            verb: "push", job: job, target: target, begun: point.sourceTime, ended: stored.receipt.received)
        record.runID = proof.flatMap { NoteAuthor.runID(in: $0.maker) }
        record.exitCode = Int((proof?.outcome == .bad ? .verification : ExitStatus(point)).rawValue)
        record.pointID = point.id
        record.changedBytes = point.changedBytes
        record.imageBytes = point.layout.length
        record.isRebuilt = true
        return record
    }

    private func note(
        _ verb: String, _ time: Timestamp, _ isGood: Bool, _ runID: String?, _ job: Name, _ target: Name
    ) -> RunRecord {
        var record = RunRecord(verb: verb, job: job, target: target, begun: time, ended: time)
        record.runID = runID
        record.exitCode = Int((isGood ? ExitStatus.good : .verification).rawValue)
        record.isRebuilt = true
        return record
    }
}
