internal import ESE
internal import Image
internal import Platform

extension Backup {
    /// Reads an ESE set into one tar image.
    func readSet(
        _ path: String, logs: String?, into draft: SpoolDraft, at time: Timestamp,
        _ progress: @escaping (Int, Int?) -> Void
    ) throws(BackupError) -> BackupResult {
        let inventory = try SetInventory(path, logs: logs, in: files, patience, leaveOut: options.leaveOut)
        var manifest = manifest(at: time)
        manifest.warnings = inventory.warnings
        try recordLeftOut(inventory, into: &manifest)
        // Headers and logs alone tell most sets that cannot be restored: before the pages are read.
        for database in inventory.databases {
            var early = manifest
            let trailer = try SetInventory.trailer(of: database, in: files, ReadPatience(clock))
            _ = try verdict(of: database, trailer: trailer, inventory, logs: inventory.logFacts, into: &early)
        }
        let members = inventory.members

        manifest.logs = Self.logs(inventory.logs, isCircular: inventory.isCircular)
        let pass = ImageScan(
            try tarWriter(draft, .full, members),
            totalBytes: members.reduce(0) { $0 + $1.status.length }, progress: progress, pulse: pulse)
        var trailers: [String: BackupTrailer] = [:]
        var logFacts: [String: LogFact] = [:]
        for file in members {
            if file.logFact != nil {
                logFacts[file.name] = try readLog(file, into: pass, &manifest)
            } else {
                trailers[file.name] = try read(file, into: pass, &manifest)
            }
        }
        try requireUnchanged(members)
        let logs = inventory.logFacts.map { logFacts[$0.name] ?? $0 }
        try judge(inventory, trailers, logs, into: &manifest)
        return try finish(pass, draft, manifest, at: time)
    }

    /// Ends an image of members with its manifest, and gives it its name.
    func finish(
        _ pass: ImageScan, _ draft: SpoolDraft, _ manifest: ImageManifest, at time: Timestamp
    ) throws(BackupError) -> BackupResult {
        let json = manifest.json
        let member = TarWriter.Member(name: ImageManifest.memberName, length: json.count, modified: time)
        try pass.append(
            TarWriter.structure(before: member, at: pass.writer.offset), key: .init(.structure, member.name))
        try pass.append(json, key: .init(.data, member.name))
        try pass.append(TarWriter.end(at: pass.writer.offset), key: .init(.structure, ""))
        return try publish(draft, try pass.writer.finish(), manifest, at: time, .tar)
    }

    /// Reads one file of the set, logs apart, into the image, checks it and records it.
    ///
    /// - Returns: The trailer of a streaming backup's copy.
    private func read(
        _ file: SetFile, into pass: ImageScan, _ manifest: inout ImageManifest
    ) throws(BackupError) -> BackupTrailer? {
        let source = try openMember(file)
        var rereader = file.header.map { PageRereader(source, header: $0, ReadPatience(clock)) }
        let pages = try copy(source, file, into: pass, &manifest, rereader: &rereader) {
            (first) throws(BackupError) in file.header == nil ? nil : try databaseCheck(first, source)
        }
        Self.note(source, in: &manifest)
        guard let pages else {
            if file.header != nil { throw source.changed("its header is not what it was") }
            return nil
        }
        try judge(pages, path: file.path, into: &manifest)
        manifest.databases.append(ImageManifest.Database(name: file.name, pages))
        Self.note(rereader, file.path, in: &manifest)
        return pages.trailer
    }

    /// Opens a file that must still be what the list of the set says.
    func openMember(_ file: SetFile) throws(BackupError) -> WatchedFile {
        let source = try WatchedFile(opening: file.path, in: files, ReadPatience(clock))
        guard source.before == file.status else {
            throw source.changed("it was written after the set was listed")
        }
        return source
    }

    /// Puts a whole file into the image as the next member, and records it.
    func copy(
        _ stream: any ByteStream, _ file: SetFile, into pass: ImageScan, _ manifest: inout ImageManifest,
        rereader: inout PageRereader?, check: (Span<UInt8>) throws(BackupError) -> DatabasePageCheck?
    ) throws(BackupError) -> DatabasePages? {
        try pass.append(
            TarWriter.structure(before: file.tarMember, at: pass.writer.offset),
            key: .init(.structure, file.name))
        let (pages, _) = try pass.copy(stream, rereader: &rereader) { (first) throws(BackupError) in
            try pass.writer.beginExtent(
                .init(.data, file.name), blockSize: file.blockSize, digestLength: file.status.length)
            return try check(first)
        }
        if file.isHeaderHealed { manifest.countHealed(1) }
        let digest = try pass.writer.endDigest()
        manifest.members.append(
            .init(
                name: file.name, kind: file.memberKind, length: file.status.length,
                modified: file.status.modified.precise, blockSize: file.blockSize,
                digest: digest?.description ?? ""))
        return pages
    }

    /// The verdict of every database, now that its pages and all logs were read.
    private func judge(
        _ inventory: SetInventory, _ trailers: [String: BackupTrailer], _ logs: [LogFact],
        into manifest: inout ImageManifest
    ) throws(BackupError) {
        for file in inventory.databases {
            let verdict = try verdict(
                of: file, trailer: trailers[file.name], inventory, logs: logs, into: &manifest)
            guard let index = manifest.databases.firstIndex(where: { $0.name == file.name }) else { continue }
            manifest.databases[index].verdict = verdict
        }
    }

    /// Returns the state that the set can be recovered to, or throws if that is not enough.
    private func verdict(
        of file: SetFile, trailer: BackupTrailer?, _ inventory: SetInventory, logs: [LogFact],
        into manifest: inout ImageManifest
    ) throws(BackupError) -> ImageManifest.Verdict? {
        guard let header = file.header?.header else { return nil }
        // What the image holds counts: a checkpoint of another stream is left out.
        let checkpoint = inventory.checkpoints.first { $0.checkpoint?.logSignature == header.logSignature }
        let verdict = SetVerdict.judge(
            DatabaseFacts(header), trailer: TrailerFact(trailer, header: header), logs: logs,
            checkpoint: checkpoint?.checkpoint.map { CheckpointFact($0) })
        for warning in verdict.warnings { manifest.warnings.append("\(file.path): \(warning)") }
        switch verdict.outcome {
        case .clean, .complete: return .init(text: verdict.description, code: nil)
        case .withLoss:
            let error = BackupError(
                .recoverableWithLoss, "check \(file.path): \(verdict)",
                hint: "bring the missing logs; --accept-loss ships the set without them")
            guard options.acceptLoss else { throw error }
            manifest.warnings.append(error.detail)
            manifest.isSound = false
            return .init(text: verdict.description, code: ErrorCode.committedLogFilesMissing.rawValue)
        case .notRecoverable(let refusal):
            throw BackupError(
                .notRecoverable, "check \(file.path): \(refusal)",
                hint: inventory.patches.contains { $0.patch == .pages }
                    ? "sets whose patch files hold pages can be judged only by the engine that made them"
                    : "bring the logs its header names, or back up a clean copy or a full snapshot")
        }
    }

    /// Looks at every file of the set once more: none may have changed since the first was read.
    func requireUnchanged(_ members: [SetFile]) throws(BackupError) {
        for file in members {
            let source = try WatchedFile(opening: file.path, in: files, ReadPatience(clock))
            guard source.before == file.status else {
                throw source.changed("it was written while the rest of the set was read")
            }
            guard let pair = file.header else { continue }
            let prefix = try source.bytes(at: 0, count: HeaderPair.prefixBytes)
            if let now = try? HeaderPair.find(in: prefix.span), now == pair { continue }
            // It may be memory that still has a wrong reading.
            let again = try source.uncachedBytes(at: 0, count: HeaderPair.prefixBytes) ?? []
            guard let now = try? HeaderPair.find(in: again.span), now == pair else {
                throw source.changed("its header is not what it was")
            }
        }
    }

    static func logs(_ files: [SetFile], isCircular: Bool) -> ImageManifest.Logs {
        let generations = files.compactMap { $0.logFact?.generation }
        var logs = ImageManifest.Logs()
        logs.count = generations.count
        logs.first = generations.min()
        logs.last = generations.max()
        logs.isCircular = isCircular ? true : nil
        return logs
    }
}

extension ImageScan {
    /// Puts bytes of our own making into the image, on the usual grid.
    func append(_ bytes: [UInt8], key: Extent.Key) throws(BackupError) {
        try append(bytes, key: key, blockSize: Extent.defaultBlockSize)
    }
}

extension Backup {
    /// Refuses a database with bad pages, or records them where that is accepted.
    func judge(
        _ pages: DatabasePages, path: String, into manifest: inout ImageManifest
    ) throws(BackupError) {
        for warning in pages.warnings { manifest.warnings.append("\(path): \(warning)") }
        guard let fault = pages.fault else { return }
        let error = BackupError(
            .badPages, "check \(path): \(fault)",
            hint: "repair the database or take an older copy; --accept-damaged ships it as it is")
        guard options.acceptDamaged else { throw error }
        manifest.warnings.append(error.detail)
        manifest.isSound = false
    }

    /// Records pages that were good only when they were read again.
    static func note(_ rereader: PageRereader?, _ path: String, in manifest: inout ImageManifest) {
        guard let pages = rereader?.healedPages, pages > 0 else { return }
        manifest.countHealed(pages)
        manifest.warnings.append(
            "\(path): \(pages) of its pages had to be read again to be good: check the disk")
    }

    /// Records pieces that the disk gave only when it was asked again.
    static func note(_ file: WatchedFile, in manifest: inout ImageManifest) {
        guard file.healedReads > 0 else { return }
        manifest.countHealed(file.healedReads)
        let reads = file.healedReads == 1 ? "1 failed read was" : "\(file.healedReads) failed reads were"
        manifest.warnings.append("\(file.path): \(reads) good when done again: check the disk")
    }
}
