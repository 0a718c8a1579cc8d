internal import BackupStream
internal import DeltaSync
internal import Image
internal import Platform
internal import StoreFormat

/// What cron calls for one job: back up, push to every target, verify quickly, tidy the spool.
struct JobRun {
    let context: JobContext
    let options: BackupOptions
    /// Is told what was committed.
    let tally: RunOutcome

    func run(
        _ source: SourceSpecification? = nil, to targets: [TargetConfiguration], verifying: Bool
    ) throws -> ExitStatus {
        let spool = context.spool()
        let lock = try JobLock.acquire(spool, context, waiting: options.lockWaitSeconds)
        defer { withExtendedLifetime(lock) {} }
        return try hooked {
            let identity = try context.identity(adopts: options.adopt)
            let early = targets.first.map { [connection = context.connection] target in
                ConnectionPrefetch(to: target.name, context.session.clock) { try connection.open(target) }
            }
            defer { early?.end() }
            let backup = try JobBackup(
                context: context, identity: identity, spool: spool, options: options, early: early
            ).run(source)
            return try ship(backup, identity, spool, to: targets, verifying: verifying, early)
        }
    }

    /// Does the work between the hooks.
    private func hooked(_ work: () throws -> ExitStatus) throws -> ExitStatus {
        let hooks = JobHooks(context: context)
        let verdict: ExitStatus
        do {
            try hooks.begin()
            verdict = try work()
        } catch {
            let failure = CommandFailure(wrapping: error)
            hooks.end(failure.verdict, tally)
            throw failure
        }
        return hooks.end(verdict, tally)
    }

    /// Ships an image that is in the spool already.
    ///
    /// - Parameter provingFully: Every byte of each target's base is proved before, and the new point after it.
    func shipNewest(to targets: [TargetConfiguration], provingFully: Bool = false) throws -> ExitStatus {
        let spool = context.spool()
        let lock = try JobLock.acquire(spool, context, waiting: options.lockWaitSeconds)
        defer { withExtendedLifetime(lock) {} }
        return try hooked {
            let identity = try context.identity(adopts: options.adopt)
            guard let entry = try spool.newest() else {
                throw CommandFailure(
                    .source, "job \(context.job.name) has no image in \(spool.folder)",
                    hint: "make one with: hybridrep backup \(context.job.name)")
            }
            let backup = try BackupResult(entry, job: identity.id, in: spool)
            return try ship(
                backup, identity, spool, to: targets, verifying: provingFully, provingFully: provingFully,
                nil)
        }
    }

    private func ship(
        _ backup: BackupResult, _ identity: JobObject, _ spool: Spool, to targets: [TargetConfiguration],
        verifying: Bool, provingFully: Bool = false, _ early: ConnectionPrefetch?
    ) throws -> ExitStatus {
        let backup = try LostWriteCheck(context: context, identity: identity, spool: spool).examine(backup)
        let push = JobPush(
            context: context, identity: identity, spool: spool, verifies: verifying,
            provesFully: provingFully,
            lockWaitSeconds: options.lockWaitSeconds, adopts: options.adopt, early: early, tally: tally)
        let verdict = push.run(backup, to: targets)
        let isCommitted = [.good, .degraded, .held].contains(verdict)
        let keepsBase = isCommitted && !backup.ownsImage && context.job.keepBase.value == .full
        // Before it is removed: the image before this one, when it is no target's base any more.
        let isAdvanced = attempt("bring the base up to date") {
            if keepsBase { try advanceBase(backup, identity, spool) }
        }
        // Then make room for a copy, where one is needed.
        let isTidy = attempt("tidy \(spool.folder)") { try tidy(spool) }
        let isKept = attempt("keep the base") {
            if keepsBase { try keepBase(backup, identity, spool) }
        }
        return verdict == .good && !(isAdvanced && isTidy && isKept) ? .degraded : verdict
    }

    /// What is committed stays committed: a failure from here on is a warning.
    private func attempt(_ what: String, _ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch {
            let failure = CommandFailure(wrapping: error)
            context.session.console.warning("\(what): \(failure.line)", job: context.job.name)
            return false
        }
    }

    /// A file that was read in place becomes the base of the next delta.
    private func keepBase(_ backup: BackupResult, _ identity: JobObject, _ spool: Spool) throws {
        // An unchanged file has its base already.
        let same = try spool.entry(imageDigest: backup.signature.digest, job: identity.id)
        guard same?.imageKind == nil else { return }
        let kept = try spool.makeBase(
            of: backup.entry, from: backup.imagePath, signature: backup.signature, manifest: backup.manifest,
            fingerprinter: Fingerprinter(secret: identity.secret), replacedByRename: isReplacedByRename)
        if kept == nil {
            context.session.console.warning(
                "\(backup.imagePath) has changed since it was shipped: the next push has no base to make deltas against",
                job: context.job.name)
        }
    }

    /// Makes the image that falls free the base of the next delta, by writing what changed.
    private func advanceBase(_ backup: BackupResult, _ identity: JobObject, _ spool: Spool) throws {
        // Renamed files are kept by a second name, which costs nothing.
        guard !isReplacedByRename,
            try spool.entry(imageDigest: backup.signature.digest, job: identity.id)?.imageKind == nil,
            let old = try expirable(spool).last(where: { $0.imageKind == .raw }),
            let oldSignature = try? spool.signature(of: old, job: identity.id)
        else { return }
        _ = try spool.advanceBase(
            old, to: backup.entry, from: backup.imagePath, oldSignature: oldSignature,
            signature: backup.signature, manifest: backup.manifest,
            fingerprinter: Fingerprinter(secret: identity.secret))
    }

    private var isReplacedByRename: Bool {
        if case .file(_, let renamed) = context.job.source.kind { renamed.value } else { false }
    }

    private var bases: [TargetMemory.Base] {
        context.job.targets.value.flatMap { context.state.target($0)?.bases ?? [] }
    }

    private func expirable(_ spool: Spool) throws -> [SpoolEntry] {
        try spool.expirable(keep: context.job.spoolKeep.value, alwaysKeep: Set(bases.map(\.image)))
    }

    /// Removes images and map segments that no target's next delta needs.
    private func tidy(_ spool: Spool) throws {
        let bases = bases
        try spool.expire(keep: context.job.spoolKeep.value, alwaysKeep: Set(bases.map(\.image)))
        try context.state.keepOnly(Set(bases.flatMap(\.segments)))
    }
}
