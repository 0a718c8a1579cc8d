internal import ArgumentParser
internal import BackupStream
internal import Platform

/// Ships the newest image, or a file or stream as the job's image.
struct PushCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Ship the newest image, or FILE or standard input (-) as the job's image.",
        discussion: HelpExamples.text([
            "push mdb01 --target usb": "Ship the newest image of the spool to one target.",
            "push payroll /backup/older.bak": "Ship another file as this job's image.",
            "push mail -": "Ship what comes on standard input.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var backup: BackupOptions
    @Argument(help: "A job of the configuration.", completion: Completion.jobs) var job: String
    @Argument(
        help: "A file, or - for standard input; default: the newest image of the spool.",
        completion: .file())
    var file: String?
    @Option(
        help: ArgumentHelp("Ship only to this target.", valueName: "target"), completion: Completion.targets)
    var target: String?

    var subject: String { "push \(job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        let targets = try context.targets(target)
        return try RunRecorder("push", context).recording { tally in
            let run = JobRun(context: context, options: backup, tally: tally)
            guard let file else { return try run.shipNewest(to: targets) }
            return try run.run(file == "-" ? .stdin : .file(file), to: targets, verifying: false)
        }
    }
}
