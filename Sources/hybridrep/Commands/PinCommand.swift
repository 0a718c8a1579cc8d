internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Keeps a point from retention.
struct PinCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Keep a point, whatever retention says.",
        discussion: HelpExamples.text([
            "pin mdb01 42 --comment 'before the migration'": "Whatever retention says, point 42 stays."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("At this target only.", valueName: "target")) var target: String?
    @Option(help: ArgumentHelp("Why, for whoever reads it later.", valueName: "text")) var comment: String =
        ""
    @Argument(help: "A job of the configuration.") var job: String
    @Argument(help: "latest, a generation, or a point's id.") var point: String

    var subject: String { "pin \(job) \(point)" }

    func perform(_ session: Session) throws -> Verdict {
        let configuration = try session.configuration(options, overrides)
        let context = try JobContext(session, configuration, try configuration.job(job))
        let mark = PointMark(session: session, context: context, kind: .pinned, comment: comment)
        return try mark.add(try PointSelection(point), target: target)
    }
}
