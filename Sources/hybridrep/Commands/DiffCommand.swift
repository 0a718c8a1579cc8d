internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Tells what changed between two points.
struct DiffCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what changed between two points, using only their maps.",
        discussion: HelpExamples.text(
            """
            With one point: what changed from it to the newest good one. Without a point: what changed since the point \
            before that. Nothing is restored; only --trees fetches pages.
            """,
            [
                "diff mdb01": "What the last night changed.",
                "diff mdb01 12 latest": "From point 12 to the newest good one.",
                "diff mdb01 --at 7d": "Since seven days ago.",
                "diff mdb01 12 13 --trees": "And which trees of a database the changed pages belong to.",
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
        help: ArgumentHelp(
            "latest, a generation, or a point's id: the older one, then the newer one.", valueName: "point"),
        completion: Completion.points)
    var points: [String] = []
    @Option(
        help: ArgumentHelp(
            "Compare from the newest good point at this time: 2026-11-22T02:00:00Z, or 3h for 3 hours ago.",
            valueName: "time"))
    var at: String?
    @Flag(help: "Fetch the changed pages and show which trees of a database they belong to.")
    var trees = false

    var job: String { jobAsked ?? "" }
    var subject: String { jobAsked == nil ? "diff" : "diff \(([job] + points).joined(separator: " "))" }
    var storeWords: [String] { selection.store.map(overrides.storeWords) ?? [] }

    func validate() throws {
        guard points.count + (at == nil ? 0 : 1) <= 2 else {
            throw ValidationError("at most two points can be compared")
        }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: selection.store)
        _ = try question.require(jobAsked)
        var wanted = try points.map { try PointSelection($0) }
        if let at { wanted.insert(try PointSelection(at: at, now: session.clock.now), at: 0) }
        let opened = try selection.open(job: job, session, options, overrides)
        let difference = try PointDifference(session: session, opened: opened).run(wanted, withTrees: trees)
        try opened.store.close()
        let report = DifferenceReport(difference)
        for line in report.lines { session.console.result(line) }
        session.console.result(report.message(opened))
        return .good
    }
}
