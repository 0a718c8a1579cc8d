internal import ArgumentParser
internal import Platform
internal import StoreFormat

/// Has status not judge the age of a job's points.
struct SuspendCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Record that a job is not expected to make points for now, and why.",
        discussion: HelpExamples.text([
            "suspend mdb01 --comment 'being rebuilt until Monday'": "Its age is shown but not evaluated."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var mark: MarkOptions
    @Option(help: ArgumentHelp("The reason, for later readers.", valueName: "text")) var comment: String

    var subject: String { "suspend \(mark.job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        try mark.add(.suspended, nil, comment, session, options)
    }
}
