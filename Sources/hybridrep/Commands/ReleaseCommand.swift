internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// Accepts a point that the sanity gate holds.
struct ReleaseCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Accept a point that was committed as suspicious: it counts as good from here on.",
        discussion: HelpExamples.text([
            "release mdb01 42 --comment 'the mailboxes were archived'":
                "What the gate held is good, and latest."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("At this target only.", valueName: "target")) var target: String?
    @Option(help: ArgumentHelp("Why, for whoever reads it later.", valueName: "text")) var comment: String =
        ""
    @Argument(help: "A job of the configuration.") var job: String
    @Argument(help: "latest, a generation, or a point's id.") var point: String

    var subject: String { "release \(job) \(point)" }

    func perform(_ session: Session) throws -> Verdict {
        let configuration = try session.configuration(options, overrides)
        let context = try JobContext(session, configuration, try configuration.job(job))
        let mark = PointMark(session: session, context: context, kind: .released, comment: comment)
        return try mark.add(try PointSelection(point), target: target) { (found, points) in
            guard found.point.health == .suspicious else {
                throw CommandFailure(
                    .usage,
                    "point \(found.point.id) is \(found.point.health), and only a suspicious one can be released"
                )
            }
        }
    }
}
