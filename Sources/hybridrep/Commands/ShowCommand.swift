internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Prints all that is known of one point.
struct ShowCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print everything that is known about one recovery point.",
        discussion: HelpExamples.text([
            "show mdb01 latest": "The newest good point.", "show mdb01 42 --json": "Point 42, for programs.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var selection: StoreSource
    @Argument(
        help: ArgumentHelp(
            "A job of the configuration, or of the store that --store names.", valueName: "job"),
        completion: Completion.jobs)
    var jobAsked: String?
    @Argument(help: "latest, a generation, or a point's id.", completion: Completion.points) var point:
        String = "latest"

    var job: String { jobAsked ?? "" }
    var subject: String { jobAsked == nil ? "show" : "show \(job) \(point)" }
    var storeWords: [String] { selection.store.map(overrides.storeWords) ?? [] }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let question = JobQuestion(
            session: session, options: options, overrides: overrides, store: selection.store)
        _ = try question.require(jobAsked)
        let wanted = try PointSelection(point)
        let opened = try selection.open(job: job, session, options, overrides)
        let repository = opened.repository
        let stored = try wanted.find(repository)
        let facts = PointFacts(
            stored, try repository.health(of: stored),
            pin: try PointMarks(repository.notes()).pinned[stored.reference])
        try opened.store.close()
        let width = facts.lines.map(\.0.count).max() ?? 0
        for (label, value) in facts.lines {
            session.console.result(label + String(repeating: " ", count: width - label.count) + "  " + value)
        }
        session.console.result(
            JSONMessage(.summary, job: opened.job, target: opened.target, fields: facts.all))
        return .good
    }
}
