internal import Platform
internal import Verify

/// Writes into the history of this host what a command did for a job.
struct RunRecorder {
    private let verb: String
    private let session: CommandContext
    private let history: RunHistory
    private let job: Name

    /// - Parameter verb: As it was typed.
    init(_ verb: String, _ context: JobContext) {
        self.verb = verb
        session = context.session
        history = context.history
        job = context.job.name
    }

    /// Does the work, and writes down how it ended, well or not.
    ///
    /// A history that cannot be written is a warning: what was done is done.
    func recording(_ work: (RunOutcome) throws -> ExitStatus) throws -> ExitStatus {
        let begun = session.clock.now
        let tally = RunOutcome()
        do {
            let verdict = try work(tally)
            write(tally, verdict, nil, since: begun)
            return verdict
        } catch {
            let failure = CommandFailure(wrapping: error)
            write(tally, failure.verdict, failure.message, since: begun)
            throw failure
        }
    }

    private func write(_ tally: RunOutcome, _ verdict: ExitStatus, _ error: String?, since begun: Timestamp) {
        let now = session.clock.now
        let parts = tally.parts.isEmpty ? [RunOutcome.Part(target: nil)] : tally.parts
        let records = parts.map { part in
            var record = RunRecord(verb: verb, job: job, target: part.target, begun: begun, ended: now)
            record.runID = session.runID.description
            record.exitCode = Int((part.verdict ?? verdict).rawValue)
            record.jobExitCode = Int(verdict.rawValue)
            record.pointID = part.pointID
            record.sentBytes = part.sentBytes
            record.receivedBytes = part.receivedBytes
            record.changedBytes = part.changedBytes
            record.imageBytes = part.imageBytes
            record.error = part.error ?? (part.verdict == nil ? error : nil)
            return record
        }
        do throws(HistoryError) { try history.add(records, now: now) } catch {
            session.console.warning("this run is not recorded: \(error); \(error.hint)", job: job)
        }
    }
}
