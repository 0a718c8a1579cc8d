internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Leaves a point to retention again.
struct UnpinCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin", abstract: "Leave a pinned point to retention again.",
        discussion: HelpExamples.text([
            "unpin mdb01 42": "Point 42 is like any other again."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("At this target only.", valueName: "target")) var target: String?
    @Option(help: ArgumentHelp("Why, for whoever reads it later.", valueName: "text")) var comment: String =
        ""
    @Argument(help: "A job of the configuration.") var job: String
    @Argument(help: "latest, a generation, or a point's id.") var point: String

    var subject: String { "unpin \(job) \(point)" }

    func perform(_ session: Session) throws -> Verdict {
        let configuration = try session.configuration(options, overrides)
        let context = try JobContext(session, configuration, try configuration.job(job))
        let mark = PointMark(session: session, context: context, kind: .unpinned, comment: comment)
        return try mark.add(try PointSelection(point), target: target)
    }
}
