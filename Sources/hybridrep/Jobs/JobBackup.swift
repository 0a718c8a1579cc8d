internal import BackupStream
internal import Platform
internal import StoreFormat

/// Reads a job's source into its spool.
struct JobBackup {
    let context: JobContext
    let identity: JobObject
    let spool: Spool
    let options: BackupOptions
    /// Is told how far reading has come.
    var early: ConnectionPrefetch?

    /// - Parameter source: Something else than the configured source, as `push JOB FILE` names it.
    func run(_ source: SourceSpecification? = nil) throws -> BackupResult {
        let session = context.session
        let configured = context.job.source
        let backup = Backup(
            of: source ?? configured.specification, into: spool, job: identity.id,
            fingerprinter: Fingerprinter(secret: identity.secret), clock: session.clock,
            maker: Backup.Maker(
                hostName: session.hostName, toolVersion: ToolVersion.current, machine: session.machine,
                isGiven: source != nil),
            options: Backup.Options(
                minSize: configured.minimumSize.value?.bytes, expectBytes: options.expectBytes,
                acceptDamaged: options.acceptDamaged, acceptLoss: options.acceptLoss,
                leaveOut: LeaveOut(configured.leaveOut.value + options.leaveOut),
                sharesImages: !FullCompareSchedule(context: context).isAnyDue),
            standardInput: try DescriptorStream.standardInput()
        ) { () throws(BackupError) in
            if Interruption.cause != nil { throw .interrupted }
        }
        let result = try source == nil ? image(backup) : backup.run(progress: progress)
        for warning in result.manifest.warnings { session.console.warning(warning, job: context.job.name) }
        if session.console.loudness == .verbose {
            for file in result.manifest.leftOut {
                session.console.news("\(context.job.name): left out \(file.name): \(file.reason)")
            }
        }
        return result
    }

    /// A log point's image where the job takes them and none but logs are needed; else a full.
    private func image(_ backup: Backup) throws -> BackupResult {
        guard let every = context.job.fullEvery.value else { return try backup.run(progress: progress) }
        var reason = FullReason.none
        if options.full {
            reason = .asked
        } else if let basis = try LogBasis(newestFullOf: spool, job: identity.id) {
            let outcome = try backup.runLogs(
                continuing: basis, fullEverySeconds: every.seconds, progress: progress)
            switch outcome {
            case .image(let result): return result
            case .needsFull(let why): reason = why
            }
        }
        tell(reason)
        return try backup.run(progress: progress)
    }

    private func tell(_ reason: FullReason) {
        let text = "taking a full: \(reason)"
        if case .logs(_, isCircular: true) = reason {
            // Every run will end here, and hourly points never be had.
            context.session.console.warning(text, job: context.job.name)
        } else {
            context.session.console.news("\(context.job.name): \(text)")
        }
    }

    private func progress(_ done: Int, _ total: Int?) {
        early?.note(doneBytes: done, totalBytes: total)
        let label = "backup \(context.job.name)"
        context.session.console.progress(Progress(label: label, doneBytes: done, totalBytes: total))
    }
}
