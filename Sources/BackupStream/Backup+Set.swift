internal import ESE
internal import Image
internal import Platform

extension Backup {
    /// Reads an ESE set into one tar image.
    func readSet(
        _ path: String, logs: String?, into draft: SpoolDraft, at time: Timestamp,
        _ progress: @escaping (Int, Int?) -> Void
    ) throws(BackupError) -> BackupResult {
        let inventory = try SetInventory(path, logs: logs, in: files)
        // Headers and logs alone tell most sets that cannot be restored: before the pages are read.
        for database in inventory.databases {
            var early = manifest(at: time)
            _ = try verdict(of: database, trailer: try trailer(of: database), inventory, into: &early)
        }
        let members = inventory.members
        let manifestBytes = 1 << 16 + 512 * members.count
        try spool.requireSpace(TarWriter.imageLength(members.map(\.tarMember)) + manifestBytes)

        var manifest = manifest(at: time)
        manifest.warnings = inventory.warnings
        manifest.leftOut = inventory.leftOut
        manifest.logs = Self.logs(inventory.logs)
        let pass = ImagePass(
            try writer(draft, image: try draft.create("tar")),
            totalBytes: members.reduce(0) { $0 + $1.status.length }, progress: progress)
        for file in members { try read(file, inventory, into: pass, &manifest) }
        try requireUnchanged(members)
        return try finish(pass, draft, manifest, at: time)
    }

    /// Ends an image of members with its manifest, and gives it its name.
    func finish(
        _ pass: ImagePass, _ draft: SpoolDraft, _ manifest: ImageManifest, at time: Timestamp
    ) throws(BackupError) -> BackupResult {
        let json = manifest.json
        let member = TarWriter.Member(name: ImageManifest.memberName, length: json.count, modified: time)
        try pass.append(
            TarWriter.structure(before: member, at: pass.writer.offset), key: .init(.structure, member.name))
        try pass.append(json, key: .init(.data, member.name))
        try pass.append(TarWriter.end(at: pass.writer.offset), key: .init(.structure, ""))
        return try publish(draft, try pass.writer.finish(), manifest, at: time, .tar)
    }

    /// Reads one file of the set into the image, checks it and records it.
    private func read(
        _ file: SetFile, _ inventory: SetInventory, into pass: ImagePass, _ manifest: inout ImageManifest
    ) throws(BackupError) {
        let source = try WatchedFile(opening: file.path, in: files)
        guard source.before == file.status else {
            throw source.changed("it was written after the set was listed")
        }
        try pass.append(
            TarWriter.structure(before: file.tarMember, at: pass.writer.offset),
            key: .init(.structure, file.name))
        var rereader = file.header.map { _ in PageRereader(source, clock: clock) }
        let (pages, _) = try pass.copy(source, rereader: &rereader) { (first) throws(BackupError) in
            try pass.writer.beginExtent(
                .init(.data, file.name), blockSize: file.blockSize, digestLength: file.status.length)
            return file.header == nil ? nil : try databaseCheck(first, source)
        }
        let digest = try pass.writer.endDigest()
        manifest.members.append(
            .init(
                name: file.name, kind: file.memberKind, length: file.status.length,
                modified: file.status.modified.precise, blockSize: file.blockSize,
                digest: digest?.description ?? ""))
        guard let pages else { return }
        try judge(pages, path: file.path, into: &manifest)
        var database = ImageManifest.Database(name: file.name, pages)
        database.verdict = try verdict(of: file, trailer: pages.trailer, inventory, into: &manifest)
        manifest.databases.append(database)
        Self.note(rereader, file.path, in: &manifest)
    }

    /// What the set can be restored to, or an error when that is not enough.
    private func verdict(
        of file: SetFile, trailer: BackupTrailer?, _ inventory: SetInventory,
        into manifest: inout ImageManifest
    ) throws(BackupError) -> ImageManifest.Verdict? {
        guard let header = file.header?.header else { return nil }
        let verdict = SetVerdict.judge(
            DatabaseFacts(header), trailer: TrailerFact(trailer, header: header), logs: inventory.logFacts)
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
                hint: "bring the logs its header names, or back up a clean copy or a full snapshot")
        }
    }

    /// The trailer of a streaming backup's copy, looked up before the pages are read.
    private func trailer(of file: SetFile) throws(BackupError) -> BackupTrailer? {
        guard let pair = file.header, pair.header.isBackupCopy else { return nil }
        let source = try WatchedFile(opening: file.path, in: files)
        let size = pair.pageSize.bytes
        guard source.length >= 2 * size else { return nil }
        let page = try source.bytes(at: source.length - size, count: size)
        return page.count == size ? BackupTrailer(parsing: page.span) : nil
    }

    /// Looks at every file of the set once more: none may have changed since the first was read.
    func requireUnchanged(_ members: [SetFile]) throws(BackupError) {
        for file in members {
            let source = try WatchedFile(opening: file.path, in: files)
            guard source.before == file.status else {
                throw source.changed("it was written while the rest of the set was read")
            }
            guard let pair = file.header else { continue }
            let prefix = try source.bytes(at: 0, count: HeaderPair.prefixBytes)
            guard let now = try? HeaderPair.find(in: prefix.span), now == pair else {
                throw source.changed("its header is not what it was")
            }
        }
    }

    static func logs(_ files: [SetFile]) -> ImageManifest.Logs {
        let generations = files.compactMap { $0.logFact?.generation }
        var logs = ImageManifest.Logs()
        logs.count = generations.count
        logs.first = generations.min()
        logs.last = generations.max()
        return logs
    }
}

extension ImagePass {
    /// Puts bytes of our own making into the image, on the usual grid.
    func append(_ bytes: [UInt8], key: Extent.Key) throws(BackupError) {
        try append(bytes, key: key, blockSize: Extent.defaultBlockSize)
    }
}
