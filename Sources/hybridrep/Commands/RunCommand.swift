internal import ArgumentParser
internal import Platform
internal import Restore

/// Backs jobs up, pushes them to every target, and verifies quickly: what cron calls.
struct RunCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Back up, push to every target, verify quickly: what cron calls.",
        discussion: HelpExamples.text([
            "run mdb01": "Back up, push, verify quickly; silent when all is well.",
            "run mdb01 --lock-wait 10m --deadline 6h": "Wait for another run, and end after six hours.",
            "run --all": "Every job of the configuration, those of a higher priority first.",
            "run mdb01 --full": "Take a full even if full-every would allow a log point.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var backup: BackupOptions
    @Argument(help: ArgumentHelp("Jobs of the configuration.", valueName: "job"), completion: Completion.jobs)
    var jobs: [String] = []
    @Flag(help: "Every job of the configuration, except those that read standard input.") var all = false

    var subject: String { "run \(all ? "--all" : jobs.joined(separator: " "))" }

    func validate() throws {
        guard jobs.isEmpty == all else { throw ValidationError("give jobs, or --all for every one") }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let jobs = try chosen(configuration)
        var verdicts = jobs.map { _ in ExitStatus.failure }
        for number in JobConfiguration.order(of: jobs) {
            let job = jobs[number]
            do {
                if Interruption.cause != nil { throw SyncError.interrupted }
                let context = JobContext(session, configuration, job)
                verdicts[number] = try RunRecorder("run", context).recording { tally in
                    try JobRun(context: context, options: backup, tally: tally)
                        .run(to: try context.targets(nil), verifying: true)
                }
            } catch {
                let failure = CommandFailure(wrapping: error)
                session.console.failure(failure, of: "run \(job.name)", job: job.name)
                verdicts[number] = failure.verdict
            }
        }
        return ExitStatus.ofCommand(jobs: verdicts)
    }

    private func chosen(_ configuration: Configuration) throws -> [JobConfiguration] {
        guard all else { return try jobs.map { try configuration.job($0) } }
        let found = configuration.jobs.filter(\.runsByItself)
        guard !found.isEmpty else {
            throw CommandFailure(
                .usage, "every job reads standard input, none runs by itself",
                hint: configuration.jobs.first.map {
                    "give one what it reads, as in: cat FILE | hybridrep run \($0.name)"
                })
        }
        return found
    }
}
