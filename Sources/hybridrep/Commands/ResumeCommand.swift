internal import ArgumentParser
internal import Platform
internal import StoreFormat

/// Ends a suspension.
struct ResumeCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Expect points of a suspended job again.",
        discussion: HelpExamples.text([
            "resume mdb01": "Its age is evaluated again."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var mark: MarkOptions
    @Option(help: ArgumentHelp("The reason, for later readers.", valueName: "text")) var comment: String =
        ""

    var subject: String { "resume \(mark.job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        try mark.add(.resumed, nil, comment, session, options)
    }
}
