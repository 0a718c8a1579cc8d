internal import ArgumentParser
internal import Platform

/// Prints the commands that restore a job at this site.
struct RunbookCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "runbook",
        abstract:
            "Print the exact commands that restore the job: here, on a bare host, and without this program.",
        discussion: HelpExamples.text([
            "runbook mdb01 > mdb01.md": "A page to print and keep in another place."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Argument(help: "A job of the configuration.", completion: Completion.jobs) var job: String
    @Option(
        help: ArgumentHelp(
            "The folder that the commands restore into; default: /restore/JOB.", valueName: "folder"),
        completion: .directory)
    var to: String?
    @Option(
        help: ArgumentHelp("Path of hybridrep_reader.py in the page's commands.", valueName: "file"),
        completion: .file())
    var reader = "/usr/local/share/hybridrep/hybridrep_reader.py"

    var subject: String { "runbook \(job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        let runbook = Runbook(context: context, folder: to ?? "/restore/\(job)", reader: reader)
        session.console.result(text: runbook.text)
        session.console.result(
            JSONMessage(.summary, job: context.job.name, ["markdown": .string(runbook.text)]))
        return .good
    }
}
