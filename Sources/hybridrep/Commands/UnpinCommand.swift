internal import ArgumentParser
internal import Platform
internal import StoreFormat

/// Leaves a point to retention again.
struct UnpinCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin", abstract: "Remove the pin of a point, so that retention applies again.",
        discussion: HelpExamples.text([
            "unpin mdb01 42": "Retention applies to point 42 again."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var mark: MarkOptions
    @Option(help: ArgumentHelp("The reason, for later readers.", valueName: "text")) var comment: String =
        ""
    @Argument(help: "latest, a generation, or a point's id.", completion: Completion.points) var point: String

    var subject: String { "unpin \(mark.job) \(point)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        try mark.add(.unpinned, try PointSelection(point), comment, session, options)
    }
}
