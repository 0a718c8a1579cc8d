internal import ArgumentParser
internal import Platform

/// Proves the newest point of each target, and ships what a target has lost of it.
struct ReconcileCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Verify the newest point of each target and ship again what a target has lost.",
        discussion: HelpExamples.text([
            "reconcile mdb01": "Every target: ship again what it has lost.",
            "reconcile mdb01 --target vault": "One of them.",
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var backup: BackupOptions
    @Argument(help: "A job of the configuration.", completion: Completion.jobs) var job: String
    @Option(
        help: ArgumentHelp("Use only this target.", valueName: "target"), completion: Completion.targets)
    var target: String?

    var subject: String { "reconcile \(job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        let targets = try context.targets(target)
        return try RunRecorder("reconcile", context).recording { tally in
            try JobReconciliation(context: context, options: backup, tally: tally).run(of: targets)
        }
    }
}
