internal import ArgumentParser
internal import DeltaSync
internal import Platform

/// Backs jobs up, pushes them to every target, and verifies quickly: what cron calls.
struct RunCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Back up, push to every target, verify quickly: what cron calls.",
        discussion: HelpExamples.text([
            "run mdb01": "Back up, push, verify quickly; silent when all is well.",
            "run mdb01 --lock-wait 10m --deadline 6h": "Wait for another run, and end after six hours.",
            "run mdb01 --full": "Take a full where full-every would take the logs.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var backup: BackupOptions
    @Argument(help: ArgumentHelp("Jobs of the configuration.", valueName: "job")) var jobs: [String]

    var subject: String { "run \(jobs.joined(separator: " "))" }

    func perform(_ session: Session) throws -> Verdict {
        let configuration = try session.configuration(options, overrides)
        let jobs = try self.jobs.map { try configuration.job($0) }
        var verdicts: [Verdict] = []
        for job in jobs {
            do {
                if Interruption.cause != nil { throw SyncError.interrupted }
                let context = try JobContext(session, configuration, job)
                let run = JobRun(context: context, options: backup)
                verdicts.append(try run.run(to: try context.targets(nil), verifying: true))
            } catch {
                let failure = CommandFailure(wrapping: error)
                session.console.failure(failure, of: "run \(job.name)", job: job.name)
                verdicts.append(failure.verdict)
            }
        }
        return Verdict.ofCommand(jobs: verdicts)
    }
}
