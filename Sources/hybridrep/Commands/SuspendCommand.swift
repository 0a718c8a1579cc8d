internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Has status not judge the age of a job's points.
struct SuspendCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Say that a job is not expected to make points for now, and why.",
        discussion: HelpExamples.text([
            "suspend mdb01 --comment 'being rebuilt until Monday'": "Its age is shown and not judged."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("At this target only.", valueName: "target")) var target: String?
    @Option(help: ArgumentHelp("Why, for whoever reads it later.", valueName: "text")) var comment: String
    @Argument(help: "A job of the configuration.") var job: String

    var subject: String { "suspend \(job)" }

    func perform(_ session: Session) throws -> Verdict {
        let configuration = try session.configuration(options, overrides)
        let context = try JobContext(session, configuration, try configuration.job(job))
        let mark = PointMark(session: session, context: context, kind: .suspended, comment: comment)
        return try mark.add(nil, target: target)
    }
}
