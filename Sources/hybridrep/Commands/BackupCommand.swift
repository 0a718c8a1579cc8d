internal import ArgumentParser
internal import BackupStream
internal import Image
internal import Platform

/// Reads a job's source into an image, without shipping it.
struct BackupCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Read the source into an image in the spool; ship nothing.",
        discussion: HelpExamples.text([
            "backup mdb01": "Read and check the source into the spool; ship nothing."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @OptionGroup var backup: BackupOptions
    @Argument(help: "A job of the configuration.", completion: Completion.jobs) var job: String

    var subject: String { "backup \(job)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let context = JobContext(session, configuration, try configuration.job(job))
        return try RunRecorder("backup", context).recording { try read(context, $0) }
    }

    private func read(_ context: JobContext, _ tally: RunOutcome) throws -> ExitStatus {
        let session = context.session
        let spool = context.spool()
        let lock = try JobLock.acquire(spool, context, waiting: backup.lockWaitSeconds)
        defer { withExtendedLifetime(lock) {} }
        let result = try JobBackup(
            context: context, identity: try context.identity(adopts: backup.adopt), spool: spool,
            options: backup
        ).run()
        tally.note(nil) { $0.imageBytes = result.signature.layout.length }
        let size = HumanQuantity.bytes(result.signature.layout.length)
        session.console.news("\(job): \(result.imagePath), \(size), \(result.health)")
        session.console.result(
            JSONMessage(
                .summary, job: context.job.name,
                [
                    "image": .string(result.imagePath),
                    "image_bytes": .integer(result.signature.layout.length),
                    "image_digest": .string("\(result.signature.digest)"),
                    "blocks_total": .integer(result.signature.layout.blockCount),
                    "health": .string("\(result.health)"),
                    "healed_reads": .integer(result.manifest.healedReads ?? 0),
                ]))
        return result.health == .good ? .good : .degraded
    }
}
