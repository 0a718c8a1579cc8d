internal import BackupStream
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform

/// What cron calls for one job: back up, push to every target, verify quickly, tidy the spool.
struct JobRun {
    let context: JobContext
    let options: BackupOptions

    func run(
        _ source: SourceSpecification? = nil, to targets: [TargetConfiguration], verifying: Bool
    ) throws -> Verdict {
        let spool = try context.spool()
        let lock = try JobLock.acquire(spool, context, waiting: try options.lockWaitSeconds())
        defer { withExtendedLifetime(lock) {} }
        let identity = try context.identity()
        let backup = try JobBackup(context: context, identity: identity, spool: spool, options: options)
            .run(source)
        return try ship(backup, identity, spool, to: targets, verifying: verifying)
    }

    /// Ships an image that is in the spool already.
    func shipNewest(to targets: [TargetConfiguration]) throws -> Verdict {
        let spool = try context.spool()
        let lock = try JobLock.acquire(spool, context, waiting: try options.lockWaitSeconds())
        defer { withExtendedLifetime(lock) {} }
        let identity = try context.identity()
        guard let entry = try spool.newest() else {
            throw CommandFailure(
                .source, "job \(context.job.name) has no image in \(spool.folder)",
                hint: "make one with: hybridrep backup \(context.job.name)")
        }
        let backup = try BackupResult(entry, job: identity.id, in: context.session.files)
        return try ship(backup, identity, spool, to: targets, verifying: false)
    }

    private func ship(
        _ backup: BackupResult, _ identity: JobObject, _ spool: Spool, to targets: [TargetConfiguration],
        verifying: Bool
    ) throws -> Verdict {
        let push = JobPush(
            context: context, identity: identity, spool: spool, verifies: verifying,
            lockWaitSeconds: try options.lockWaitSeconds())
        let verdict = push.run(backup, to: targets)
        // First make room: the image before this one is no target's base any more.
        let isTidy = attempt("tidy \(spool.folder)") { try tidy(spool) }
        guard verdict == .good || verdict == .degraded else { return verdict }
        let isKept = attempt("keep the base") { try keepBase(backup, identity, spool) }
        return isTidy && isKept ? verdict : .degraded
    }

    /// What is committed stays committed: a failure from here on is a warning.
    private func attempt(_ what: String, _ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch {
            let message = CommandFailure(wrapping: error).message
            context.session.console.warning("\(what): \(message)", job: context.job.name)
            return false
        }
    }

    /// A file that was read in place becomes the base of the next delta.
    private func keepBase(_ backup: BackupResult, _ identity: JobObject, _ spool: Spool) throws {
        guard !backup.ownsImage, context.job.keepBase.value == .full else { return }
        // An unchanged file has its base already.
        let same = try spool.entry(imageDigest: backup.signature.digest, job: identity.id)
        guard same?.imageKind == nil else { return }
        var isRenamed = false
        if case .file(_, let renamed) = context.job.source.kind { isRenamed = renamed.value }
        let kept = try spool.makeBase(
            of: backup.entry, from: backup.imagePath, signature: backup.signature, manifest: backup.manifest,
            fingerprinter: Fingerprinter(secret: identity.secret), replacedByRename: isRenamed)
        if kept == nil {
            context.session.console.warning(
                "\(backup.imagePath) has changed since it was shipped: the next push has no base to make deltas against",
                job: context.job.name)
        }
    }

    /// Removes images and map segments that no target's next delta needs.
    private func tidy(_ spool: Spool) throws {
        let bases = context.job.targets.value.flatMap { context.state.target($0)?.bases ?? [] }
        try spool.expire(keep: context.job.spoolKeep.value, alwaysKeep: Set(bases.map(\.image)))
        try context.state.keepOnly(Set(bases.flatMap(\.segments)))
    }
}
