internal import BackupStream
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat
internal import Verify

/// Ships an image to the targets of a job, each with its own verdict.
struct JobPush {
    let context: JobContext
    let identity: JobObject
    let spool: Spool
    /// Whether each target proves the new point at once.
    let verifies: Bool
    /// Whether every byte of the base is proved in the store before anything is shipped.
    let provesFully: Bool
    /// How long another push of this job may hold a target's lock, in seconds.
    let lockWaitSeconds: Int
    /// Whether this host takes the job over from another host or source.
    let adopts: Bool
    /// A store that may be open already.
    let early: ConnectionPrefetch?
    /// Is told what was committed.
    let tally: RunOutcome

    private var job: Name { context.job.name }
    private var session: CommandContext { context.session }

    /// - Returns: The verdict of the job: good when all committed, degraded when some did.
    func run(_ backup: BackupResult, to targets: [TargetConfiguration]) -> ExitStatus {
        var verdicts: [ExitStatus] = []
        for target in targets {
            do {
                if Interruption.cause != nil { throw SyncError.interrupted }
                let verdict = try shipWithFull(backup, to: target)
                tally.note(target.name) { $0.verdict = verdict }
                verdicts.append(verdict)
            } catch {
                let failure = CommandFailure(wrapping: error)
                session.console.failure(
                    failure, of: "push \(job) to \(target.name)", job: job, target: target.name)
                tally.note(target.name, failure)
                verdicts.append(failure.verdict)
            }
        }
        return ExitStatus.ofJob(targets: verdicts)
    }

    /// Ships a log point, and before it the full that it continues where the target does not have that yet.
    private func shipWithFull(_ backup: BackupResult, to target: TargetConfiguration) throws -> ExitStatus {
        do { return try shipUntilGood(backup, to: target, provingFully: provesFully) } catch let error
            as SyncError
        {
            guard let image = error.neededFull,
                let entry = try spool.entry(imageDigest: image, job: identity.id), entry.imagePath != nil
            else { throw error }
            let full = try LostWriteCheck(context: context, identity: identity, spool: spool)
                .examine(try BackupResult(entry, job: identity.id, in: spool))
            // What is known to be damaged is not left to a sample.
            let provesFully = if case .fullDamaged = error { true } else { self.provesFully }
            let verdict = try shipUntilGood(full, to: target, provingFully: provesFully)
            return .worst(verdict, try shipUntilGood(backup, to: target, provingFully: provesFully))
        }
    }

    /// Ships once more where the new point turns out to be damaged, as its base was where no sample had met it.
    private func shipUntilGood(
        _ backup: BackupResult, to target: TargetConfiguration, provingFully: Bool
    ) throws -> ExitStatus {
        do { return try ship(backup, to: target, provingFully: provingFully) } catch let damage
            as CommandFailure
        {
            guard damage.verdict == .verification, !provingFully else { throw damage }
            session.console.warning(
                "\(damage.message): what is lost is shipped again", job: job, target: target.name)
            return try ship(backup, to: target, provingFully: true)
        }
    }

    /// Once the point is committed its summary is printed, whatever fails after that.
    private func ship(
        _ backup: BackupResult, to target: TargetConfiguration, provingFully: Bool
    ) throws -> ExitStatus {
        let start = session.clock.monotonicNanoseconds
        let first = try early?.take(target.name) ?? context.connection.open(target)
        var push = RetryingPush(
            context: context, identity: identity, spool: spool, target: target,
            lockWaitSeconds: lockWaitSeconds)
        let total = backup.signature.layout.length
        let label = "push \(job) to \(target.name)"
        let schedule = FullCompareSchedule(context: context)
        let comparesFully = schedule.isDue(target.name)
        let request = try request(backup, comparesFully: comparesFully, provesFully: provingFully)
        let (repository, result) = try push.run(request, first) { (done) throws(SyncError) in
            session.console.progress(Progress(label: label, doneBytes: done, totalBytes: total))
            if Interruption.cause != nil { throw .interrupted }
        }
        warn(of: result, target.name)
        if let remaining = result.remaining.warning(at: target.name, advice(result, target.name)) {
            session.console.warning(remaining, job: job, target: target.name)
        }
        if comparesFully { schedule.done(result, target.name) }
        var failure: (any Error)?
        if verifies {
            do { try verify(result.point, repository, target.name) } catch { failure = error }
        }
        let space = try? repository.store.space()
        if let space { warnIfScarce(space, target.name) }
        do { try repository.store.close() } catch {
            session.console.warning("\(error)", job: job, target: target.name)
        }
        let elapsed = session.clock.monotonicNanoseconds - start
        let summary = TargetSummary(
            job: job, target: target.name, result: result,
            traffic: repository.store.traffic + push.lostTraffic,
            durationMilliseconds: Int(elapsed / 1_000_000), space: space)
        session.console.result(summary.message)
        session.console.news(summary.line)
        tally.note(target.name, committed: result.point, summary.traffic)
        if let failure { throw failure }
        let strangers = tellStrangers(result, target.name)
        tally.hasGoodPoint = tally.hasGoodPoint || result.point.health == .good
        let verdict = ExitStatus(result.point)
        if verdict == .held { tellHeld(result.point, target.name) }
        // What was not proved now replaces nothing.
        if let strangers { return .worst(verdict, strangers) }
        return verifies && verdict == .good ? forget(at: target) : verdict
    }

    /// Names points that got into the store without this host, and that nothing was built upon.
    private func tellStrangers(_ result: PushResult, _ target: Name) -> ExitStatus? {
        guard let first = result.strangers.first else { return nil }
        let points = result.strangers.map(\.point.generation)
        let numbers = points.map(String.init).joined(separator: " ")
        let failure = CommandFailure(
            .verification,
            "target \(target) has points that this host did not make (\(numbers)): \(first.reason); \(Self.unexamined(result))"
                + "nothing builds on them, and point \(result.point.id) is \(result.point.health)",
            hint:
                "find out whose key made them, then remove them: \(advice(result, target).forget(points))"
        )
        session.console.failure(failure, of: "push \(job) to \(target)", job: job, target: target)
        tally.note(target, failure)
        return failure.verdict
    }

    private func advice(_ result: PushResult, _ target: Name) -> StrangerAdvice {
        StrangerAdvice(
            job: job, options: context.job.targets.value.count > 1 ? ["--target", "\(target)"] : [],
            pointCount: result.pointCount)
    }

    /// What else is there that this host does not know; empty where there is nothing.
    private static func unexamined(_ result: PushResult) -> String {
        guard let first = result.unexamined.first, let last = result.unexamined.last else { return "" }
        guard first < last else { return "point \(first) is not known either and was not examined; " }
        return
            "\(result.unexamined.count) more, from \(first) to \(last), are not known either and were not examined; "
    }

    /// Says why a point that is committed is not taken for a good one.
    private func tellHeld(_ point: Point, _ target: Name) {
        let reasons = point.hold?.sentences(point.kind) ?? []
        let hasOldPages = point.hold?.reasons.contains { $0.cause == .olderPages } ?? false
        let failure = CommandFailure(
            .held,
            "point \(point.id) is committed as \(point.health) and does not become latest: "
                + reasons.joined(separator: "; "),
            hint: hasOldPages
                ? "have the disk under the database checked; docs/ese.md, \"Lost writes\" has the next steps"
                : "check the source; if it is as it should be: hybridrep release \(job) \(point.generation)"
        )
        session.console.failure(failure, of: "push \(job) to \(target)", job: job, target: target)
        tally.note(target, failure)
    }

    private func warn(of result: PushResult, _ target: Name) {
        if !result.hadLocalBase {
            session.console.warning(
                "\(job): the base of point \(result.point.generation) was read back from \(target)",
                job: job, target: target)
        }
        if let damage = result.baseDamage { warn(of: damage, result.point, target) }
        if let failure = result.stateFailure {
            session.console.warning(
                "point \(result.point.id) is committed, but this host cannot record it: \(failure)",
                job: job, target: target)
        }
    }

    private func warn(of damage: BaseDamage, _ point: Point, _ target: Name) {
        let first = damage.objects.first ?? "its map"
        let more = damage.objects.count > 1 ? " and \(damage.objects.count - 1) more" : ""
        let points = damage.points.map(String.init).joined(separator: ", ")
        let remains =
            damage.points.isEmpty
            ? "it is whole again"
            : "older points stay damaged (\(points)), by name with: hybridrep verify \(job) --full"
        session.console.warning(
            "the base of point \(point.id) was damaged at \(target) (\(first)\(more)): "
                + "\(HumanQuantity.bytes(damage.lostBytes)) shipped again; \(remains)",
            job: job, target: target)
        if let failure = damage.noteFailure { session.warnNotKept(failure, job, target) }
    }

    private func request(
        _ backup: BackupResult, comparesFully: Bool, provesFully: Bool
    ) throws -> PushRequest {
        let file = try open(backup)
        let pages = backup.manifest.databases.map(\.pages)
        var request = PushRequest(
            image: ShippedImage(file: file, signature: backup.signature), kind: try kind(backup),
            health: Point.Health(backup.health), sourceTime: try backup.sourceTime,
            pages: PushRequest.PageCounts(
                seen: pages.reduce(0) { $0 + $1.seen }, blank: pages.reduce(0) { $0 + $1.blank },
                bad: pages.reduce(0) { $0 + $1.bad + $1.correctable }),
            sourceFacts: backup.manifest.summary.json, level: context.job.level.value,
            comparesFully: comparesFully, provesFully: provesFully)
        let kinship = SourceKinship(SourceOrigin(backup.manifest.source))
        request.kinship = { kinship.of($0, isKnown: $1) }
        request.adopts = adopts
        request.isGated = context.job.sanityGate.value
        request.suspicions = backup.manifest.suspicions
        let databases = Set(backup.manifest.databases.map(\.signature))
        request.otherSource = { SourceIdentity.difference(of: databases, from: $0) }
        let lack = DatabaseLack(backup, configured: context.job.source.leaveOut.value)
        request.lack = { lack.reason(since: $0) }
        return request
    }

    private func kind(_ backup: BackupResult) throws -> PushRequest.Kind {
        guard let full = backup.manifest.full else { return .full }
        guard let image = Digest256(hex: full.image) else {
            throw CommandFailure(.failure, "read \(backup.entry.manifestPath): \(full.image) is no digest")
        }
        return .logs(of: image)
    }

    private func open(_ backup: BackupResult) throws -> any OpenFile {
        do { return try session.files.open(backup.imagePath, .read) } catch {
            guard error.isNotFound, !backup.ownsImage else { throw error }
            throw CommandFailure(
                .source, error.description, hint: "ship a file that its producer keeps in place")
        }
    }

    private func verify(_ point: Point, _ repository: Repository, _ target: Name) throws {
        let label = "verify \(job) at \(target)"
        let verification = PointVerification(repository, .host(session.files))
        let result = try verification.run(.quick, generation: point.generation, seed: point.generation) {
            (progress) throws(StoreError) in
            session.console.progress(Progress(label: label, verification: progress))
            if Interruption.cause != nil { throw .interrupted }
        }
        let stored = try repository.point(point.generation)
        session.keep(in: repository, target) { (notes) throws(StoreError) in
            try notes.proved(result, of: stored.reference)
        }
        guard result.isGood else {
            let advice = DamageAdvice(context, target, hasOtherSource: false)
            throw CommandFailure(
                result, of: "point \(point.id)",
                hint: advice.hint([point.generation], of: [point.generation]))
        }
        try requireOwner(stored, repository)
    }

    /// Refuses to call a point good that counts for nobody, since the store knows this key as another's than the owner's.
    private func requireOwner(_ stored: StoredPoint, _ repository: Repository) throws {
        guard try repository.isForeign(stored), let maker = stored.receipt.maker else { return }
        throw CommandFailure(
            .held,
            "point \(stored.point.id) is committed, but does not count: the store knows this key as \(maker), who is not the job's owner",
            hint: "at the store's own host: hybridrep adopt \(job) \(maker) --store FOLDER")
    }

    private func warnIfScarce(_ space: SpaceStatus, _ target: Name) {
        guard space.isScarce else { return }
        let free = HumanQuantity.bytes(space.availableBytes)
        session.console.warning(
            "target \(target) is nearly full: \(free) free of \(HumanQuantity.bytes(space.totalBytes))",
            job: job, target: target)
    }
}
