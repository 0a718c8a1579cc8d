internal import ArgumentParser
internal import Platform
internal import StoreFormat

/// Keeps a point from retention.
struct PinCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Keep a point, whatever the retention rules are.",
        discussion: HelpExamples.text([
            "pin mdb01 42 --comment 'before the migration'":
                "Point 42 stays, whatever the retention rules are."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var mark: MarkOptions
    @Option(help: ArgumentHelp("The reason, for later readers.", valueName: "text")) var comment: String =
        ""
    @Argument(help: "latest, a generation, or a point's id.", completion: Completion.points) var point: String

    var subject: String { "pin \(mark.job) \(point)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        try mark.add(.pinned, try PointSelection(point), comment, session, options)
    }
}
