internal import ESE
internal import Image
internal import Platform

extension Backup {
    /// The result of a run for logs.
    package enum LogOutcome {
        case image(BackupResult)
        /// Nothing was read into the spool.
        case needsFull(FullReason)
    }

    /// Reads the logs that continue a full into an image of their own: all from the first that the full
    /// requires to the newest.
    ///
    /// No checkpoint goes with them: it would be newer than the full, and recovery of a clean database begins where it
    /// says. Without one, recovery begins at the first log, which is the right one (format notes 5.6).
    ///
    /// Logs that were shipped before are unchanged blocks, so only new logs cost anything.
    package func runLogs(
        continuing basis: LogBasis, fullEverySeconds: Int,
        progress: @escaping (_ doneBytes: Int, _ totalBytes: Int?) -> Void = { _, _ in }
    ) throws(BackupError) -> LogOutcome {
        guard case .ese(let path, let logs) = source else {
            preconditionFailure("only a set has logs")
        }
        let time = clock.now
        let inventory = try SetInventory(path, logs: logs, in: files, patience, leaveOut: options.leaveOut)
        if !options.acceptLoss, let refusal = inventory.refusal(job: spool.job) { throw refusal }
        let decision = LogPointDecision(
            basis: basis, current: Self.current(inventory), logs: inventory.logFacts,
            isCircular: inventory.isCircular)
        let firsts: [ESE.Signature: Int]
        do throws(FullReason) {
            try decision.requireYoung(now: time, fullEverySeconds: fullEverySeconds)
            firsts = try decision.firsts()
        } catch { return .needsFull(error) }
        let draft = SpoolDraft(in: spool, at: time)
        do throws(BackupError) {
            let members = Self.members(inventory, firsts)
            return try readLogs(members, inventory, basis, into: draft, at: time, progress)
        } catch {
            draft.discard()
            throw error
        }
    }

    private static func current(_ inventory: SetInventory) -> [LogPointDecision.Current] {
        var found: [LogPointDecision.Current] = []
        for file in inventory.databases {
            guard let header = file.header?.header else { continue }
            found.append(
                .init(
                    name: file.name, signature: header.signature, logSignature: header.logSignature,
                    repairs: Int(header.counters.repairs.count), dbtime: header.dbtime))
        }
        return found
    }

    /// The logs from the first that is required on.
    private static func members(_ inventory: SetInventory, _ firsts: [ESE.Signature: Int]) -> [SetFile] {
        inventory.logs.filter { file in
            guard let fact = file.logFact, let stream = fact.signature, let first = firsts[stream] else {
                return false
            }
            return fact.generation >= first
        }
    }

    private func readLogs(
        _ members: [SetFile], _ inventory: SetInventory, _ basis: LogBasis, into draft: SpoolDraft,
        at time: Timestamp, _ progress: @escaping (Int, Int?) -> Void
    ) throws(BackupError) -> LogOutcome {
        var manifest = manifest(at: time)
        manifest.warnings = inventory.warnings
        try recordLeftOut(inventory, into: &manifest)
        manifest.logs = Self.logs(members, isCircular: inventory.isCircular)
        manifest.full = .init(image: basis.imageDigest.description, sourceTime: basis.sourceTime.description)
        let pass = ImageScan(
            try tarWriter(draft, .logs, members),
            totalBytes: members.reduce(0) { $0 + $1.status.length }, progress: progress, pulse: pulse)
        var facts: [LogFact] = []
        for file in members {
            let fact = try readLog(file, into: pass, &manifest)
            // A full does not need it: better a whole copy than no point.
            guard fact.isIntact else {
                draft.discard()
                return .needsFull(.logs("\(file.name) is damaged", isCircular: inventory.isCircular))
            }
            facts.append(fact)
        }
        try requireUnchanged(members)
        // With their data read, sums that one log keeps of the one before are known, too.
        let proven = LogPointDecision(
            basis: basis, current: Self.current(inventory), logs: facts, isCircular: inventory.isCircular)
        do throws(FullReason) { _ = try proven.firsts() } catch {
            draft.discard()
            return .needsFull(error)
        }
        for database in basis.databases {
            let verdict = SetVerdict.judge(database.facts, trailer: database.trailer, logs: facts)
            // Logs that delete themselves are a fault here: the chain to the full will soon have a gap.
            for warning in verdict.warnings + verdict.notes {
                manifest.warnings.append("\(database.name): \(warning)")
            }
        }
        return .image(try finish(pass, draft, manifest, at: time))
    }
}

extension Backup {
    /// Reads one log into the image, checks its header and data, and records it.
    ///
    /// A log that stays bad after it was read again is shipped as it is and warned of; whether a database
    /// needs it is for the set's verdict.
    ///
    /// - Returns: What the log is, its data counted.
    func readLog(
        _ file: SetFile, into pass: ImageScan, _ manifest: inout ImageManifest
    ) throws(BackupError) -> LogFact {
        guard let listed = file.logFact else { preconditionFailure("a log has a log's facts") }
        let source = try openMember(file)
        let reader = LogReader(file, listed, source)
        try reader.read(patience)
        var rereader: PageRereader?
        _ = try copy(reader, file, into: pass, &manifest, rereader: &rereader) { _ in nil }
        Self.note(source, in: &manifest)
        if reader.isHealed {
            manifest.countHealed(1)
            manifest.warnings.append(
                "\(file.path): had to be read again to be good: check the disk")
        }
        if let problem = reader.fact.problem {
            let fault = reader.fact.fault.map { ": \($0)" } ?? ""
            manifest.warnings.append("\(file.path): damaged: \(problem.label)\(fault)")
        }
        return reader.fact
    }
}
