internal import ArgumentParser
internal import Platform
internal import Verify

/// Shows what this host did, and makes that again of what stores know.
struct HistoryCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the runs of this host and how they ended.",
        discussion: HelpExamples.text(
            """
            The history belongs to this host and may be deleted at any time. The state of a job is in its stores: \
            hybridrep status.
            """,
            [
                "history": "Thirty days of every job, oldest first.",
                "history mdb01 --since 90d --json": "One job, for programs.",
                "history --rebuild": "Ask the stores for what was lost with this host's state.",
            ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("Length of the period, as in 30d (the default).", valueName: "time"))
    var since = TimeSpan(seconds: 30 * 86_400)
    @Flag(help: "First rebuild the list of earlier runs from points and notes in the stores.")
    var rebuild = false
    @Argument(
        help: ArgumentHelp("A job of the configuration; default: all.", valueName: "job"),
        completion: Completion.jobs)
    var job: String?

    var subject: String { "history" + (job.map { " \($0)" } ?? "") }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let asked = try job.map { try configuration.job($0) }
        let history = RunHistory(of: configuration, session)
        var verdict = ExitStatus.good
        if rebuild {
            verdict = try HistoryRebuild(session: session, configuration: configuration)
                .run(asked.map { [$0] } ?? configuration.jobs)
        }
        let start = Timestamp(seconds: session.clock.now.seconds - Int64(since.seconds))
        let runs = try history.runs(of: asked?.name, since: start)
        var table = RunRecord.table
        for run in runs { table.add(run.cells) }
        for line in table.lines { session.console.result(line) }
        session.console.result(
            JSONMessage(.summary, job: asked?.name, ["runs": .array(runs.map(\.json))]))
        return verdict
    }
}
