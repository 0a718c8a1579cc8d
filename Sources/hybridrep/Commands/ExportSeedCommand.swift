internal import ArgumentParser
internal import OffsiteStore

/// Puts a job's points on a medium that can be carried.
struct ExportSeedCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-seed",
        abstract: "Copy the newest good point to a folder, to be carried to another site.",
        discussion: HelpExamples.text([
            "export-seed mdb01 /media/usb/seed": "The newest good point, from the job's first target.",
            "export-seed mdb01 /media/usb/seed --all": "Every point.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Argument(help: "A job of the configuration.", completion: Completion.jobs) var job: String
    @Argument(help: "A folder; it becomes a store and is created if needed.", completion: .directory)
    var folder: String
    @Option(
        help: ArgumentHelp("Copy from this target; default: the job's first target.", valueName: "target"),
        completion: Completion.targets)
    var from: String?
    @Flag(help: "Copy every point.") var all = false

    var subject: String { "export-seed \(job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let seed = try SeedCopy(job: job, folder: folder, session, options, overrides)
        return try seed.out(of: from, all ? .all : .newest(1))
    }
}
