internal import ArgumentParser

/// Takes a job's points from a medium that was carried here.
struct ImportSeedCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-seed",
        abstract: "Copy the points of a folder made by export-seed to a target.",
        discussion: HelpExamples.text([
            "import-seed mdb01 /media/usb/seed --to vault": "The next run ships only the difference."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Argument(help: "A job of the configuration.", completion: Completion.jobs) var job: String
    @Argument(help: "The folder.", completion: .directory) var folder: String
    @Option(
        help: ArgumentHelp("Copy to this target; default: the job's first target.", valueName: "target"),
        completion: Completion.targets)
    var to: String?

    var subject: String { "import-seed \(job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        try SeedCopy(job: job, folder: folder, session, options, overrides).into(to)
    }
}
