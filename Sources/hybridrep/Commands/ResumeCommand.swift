internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Ends a suspension.
struct ResumeCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Expect points of a suspended job again.",
        discussion: HelpExamples.text([
            "resume mdb01": "Its age is judged again."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("At this target only.", valueName: "target")) var target: String?
    @Option(help: ArgumentHelp("Why, for whoever reads it later.", valueName: "text")) var comment: String =
        ""
    @Argument(help: "A job of the configuration.") var job: String

    var subject: String { "resume \(job)" }

    func perform(_ session: Session) throws -> Verdict {
        let configuration = try session.configuration(options, overrides)
        let context = try JobContext(session, configuration, try configuration.job(job))
        let mark = PointMark(session: session, context: context, kind: .resumed, comment: comment)
        return try mark.add(nil, target: target)
    }
}
