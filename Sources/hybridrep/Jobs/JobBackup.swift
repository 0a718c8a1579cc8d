internal import BackupStream
internal import OffsiteStore
internal import Platform

/// Reads a job's source into its spool.
struct JobBackup {
    let context: JobContext
    let identity: JobObject
    let spool: Spool
    let options: BackupOptions

    /// - Parameter source: Something else than the configured source, as `push JOB FILE` names it.
    func run(_ source: SourceSpecification? = nil) throws -> BackupResult {
        let session = context.session
        let configured = context.job.source
        let backup = Backup(
            of: source ?? specification(configured.kind), into: spool, job: identity.id,
            fingerprinter: Fingerprinter(secret: identity.secret), clock: session.clock,
            maker: Backup.Maker(hostName: session.hostName, toolVersion: ToolVersion.current),
            options: Backup.Options(
                minSize: configured.minimumSize.value?.bytes, expectBytes: options.expectBytes,
                acceptDamaged: options.acceptDamaged, acceptLoss: options.acceptLoss),
            standardInput: HostFileSystem().standardInput())
        let label = "backup \(context.job.name)"
        let result = try backup.run { done, total in
            session.console.progress(Progress(label: label, doneBytes: done, totalBytes: total))
        }
        for warning in result.manifest.warnings { session.console.warning(warning, job: context.job.name) }
        return result
    }

    private func specification(_ kind: SourceConfiguration.Kind) -> SourceSpecification {
        switch kind {
        case .ese(let path, let logs): .ese(path: path.value, logs: logs.value)
        case .file(let path, _): .file(path.value)
        case .command(let line):
            switch line.value {
            case .shell(let text): .command(text)
            case .words(let words): .command(ShellQuote.posix(words))
            }
        case .standardInput: .stdin
        }
    }
}
