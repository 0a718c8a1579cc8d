internal import ArgumentParser
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// Accepts a point that the sanity gate holds.
struct ReleaseCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Accept a point that was committed as suspicious, so that it counts as good.",
        discussion: HelpExamples.text([
            "release mdb01 42 --comment 'the mailboxes were archived'":
                "Point 42, which the gate held, becomes good."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var mark: MarkOptions
    @Option(help: ArgumentHelp("The reason, for later readers.", valueName: "text")) var comment: String =
        ""
    @Argument(help: "latest, a generation, or a point's id.", completion: Completion.points) var point: String

    var subject: String { "release \(mark.job) \(point)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        try mark.add(.released, try PointSelection(point), comment, session, options) { found, repository in
            // An image that is larger than anything vouches for is accepted the same way.
            let isHeld =
                try found.point.health == .suspicious || found.point.hold != nil
                || !repository.isBounded(found.point)
                || repository.isForeign(found) && found.point.health == .good
            guard isHeld else {
                throw CommandFailure(
                    .usage,
                    "point \(found.point.id) is \(found.point.health), and only a suspicious one can be released"
                )
            }
        }
    }
}
