internal import ArgumentParser
internal import OffsiteStore
internal import Platform
internal import Verify

/// Tries a restore, and proves that what comes back can be used.
struct RehearseCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Restore a point into scratch space, verify it, and run a command on it.",
        discussion: HelpExamples.text(
            """
            Image digest, database pages and logs are verified, then the command runs. The result is \
            kept in the store; the restored data is removed.
            """,
            [
                "rehearse mdb01": "The newest good point, by the job's settings.",
                "rehearse mdb01 --random --scratch /backup/scratch": "Choose a random good point.",
                "rehearse wiki 42 --exec 'pg_restore -l {}'":
                    "Point 42, and this command on the restored data.",
            ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSource
    @Argument(
        help: ArgumentHelp(
            "A job of the configuration, or of the store that --store names.", valueName: "job"),
        completion: Completion.jobs)
    var jobAsked: String?
    @Argument(
        help: "latest, a generation, or a point's id; default: the newest good point.",
        completion: Completion.points)
    var point: String?
    @Flag(help: "Choose a random good point.") var random = false
    @Option(
        help: ArgumentHelp(
            "Restore into this folder, which is created if needed.", valueName: "folder"),
        completion: .directory)
    var scratch: String?
    @Option(
        help: ArgumentHelp(
            "Run this shell command on the restored data; {} is replaced by its path.", valueName: "command"))
    var exec: String?

    var job: String { jobAsked ?? "" }
    var subject: String { jobAsked == nil ? "rehearse" : "rehearse \(job)" + (point.map { " \($0)" } ?? "") }
    var storeWords: [String] { selection.store.map(overrides.storeWords) ?? [] }

    func validate() throws {
        guard !random || point == nil else {
            throw ValidationError("--random and a point exclude each other")
        }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: selection.store)
        _ = try question.require(jobAsked)
        return try selection.recording("rehearse", job: job, session, options, overrides) {
            try rehearse(session, $0)
        }
    }

    private func rehearse(_ session: CommandContext, _ tally: RunOutcome) throws -> ExitStatus {
        let seed = try session.entropy.bytes(8)
        let wanted =
            random ? PointSelection.random(seed.span.uint64(at: 0)) : try PointSelection(point ?? "latest")
        let settings =
            selection.store == nil
            ? try session.configuration(options, overrides).job(job).rehearsal : nil
        let rehearsal = JobRehearsal(
            session: session, scratch: try folder(settings), command: try command(settings),
            commandSeconds: (settings?.deadline.value ?? RehearsalConfiguration.defaultDeadline).seconds
        ) { try selection.open(job: job, session, options, overrides) }
        try rehearsal.requireProgram()
        let opened = try selection.open(job: job, session, options, overrides)
        return try JobHooks.calling(.postRehearse, of: opened.hooks) {
            let outcome = try rehearsal.run(wanted, in: opened)
            tally.note(opened.target, opened.store.traffic)
            tally.note(opened.target) { $0.pointID = outcome.evidence.pointId }
            let report = RehearsalReport(outcome: outcome)
            for line in report.lines { session.console.result(line) }
            try session.console.result(report.message)
            if let failure = outcome.failure { throw failure }
            return outcome.isOfGoodPoint ? .good : .degraded
        }
    }

    private func folder(_ settings: RehearsalConfiguration?) throws -> String {
        if let scratch {
            return try Scalar(
                text: scratch, isPlain: false, key: "scratch", origin: .commandLine("--scratch"), home: nil
            ).path()
        }
        if let configured = settings?.scratch.value { return configured }
        throw CommandFailure(
            .usage, "where to? there is no scratch folder",
            hint: "give --scratch DIR, or set it for the job: rehearse: {scratch: DIR}")
    }

    private func command(_ settings: RehearsalConfiguration?) throws -> RehearsalCommand? {
        guard let exec else { return settings?.exec.value?.rehearsal }
        if let command = RehearsalCommand(shell: exec) { return command }
        throw CommandFailure(
            .usage, "--exec \(exec): it does not name the restored data",
            hint: "write \(RehearsalCommand.placeholder) where its path belongs")
    }
}
