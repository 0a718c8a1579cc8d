internal import ESE
internal import Image
internal import Platform

extension Backup {
    /// Blocks that are looked at in a file which is a database by its name alone: at its start, and all over it.
    private static let firstBlocks = 4
    private static let sampledBlocks = 64
    /// Blocks of other content from which on it is none.
    private static let leastForeign = 8

    /// Reads a file in place, or a stream into a raw image of the spool.
    func readRaw(
        into draft: SpoolDraft, at time: Timestamp, _ progress: @escaping (Int, Int?) -> Void
    ) throws(BackupError) -> BackupResult {
        let (stream, watched) = try openStream()
        try requireSpace(watched)
        let image = watched == nil ? try draft.create("img") : nil
        let pass = ImageScan(
            try writer(draft, image: image), totalBytes: watched?.length ?? options.expectBytes,
            progress: progress, pulse: pulse)
        var rereader = watched.map { PageRereader($0, ReadPatience(clock)) }
        var blockSize = Extent.defaultBlockSize
        var claim: Claim?
        let (pages, byteCount) = try pass.copy(stream, rereader: &rereader) { (first) throws(BackupError) in
            let check = try databaseCheck(first, watched)
            if check == nil { claim = try acceptedClaim(first, watched) }
            blockSize = check?.pageSize.bytes ?? Extent.defaultBlockSize
            try pass.writer.beginExtent(.init(.data, ""), blockSize: blockSize)
            return check
        }
        try requireLength(byteCount)
        var manifest = manifest(at: time)
        manifest.warnings = stream.warnings
        switch claim {
        case .damaged(let reason):
            manifest.warnings.append("\(source.label): \(reason); its pages were not checked")
            manifest.isSound = false
        case .nameOnly:
            manifest.warnings.append(
                "\(source.label) is named like a database and holds nothing of one: it is shipped as any file, unchecked"
            )
        case nil: break
        }
        if let pages {
            try judge(pages, path: source.label, into: &manifest)
            let database = ImageManifest.Database(name: "", pages)
            if pages.pair.header.state != .cleanShutdown {
                manifest.warnings.append(
                    "\(database.state): the database needs logs, which are not part of this image")
            }
            manifest.databases = [database]
        }
        Self.note(rereader, source.label, in: &manifest)
        if let watched { Self.note(watched, in: &manifest) }
        let signature = try pass.writer.finish()
        manifest.members = [
            .init(
                name: "", kind: pages == nil ? .raw : .database, length: byteCount,
                modified: watched?.before.modified.precise, blockSize: blockSize,
                digest: try digest(of: signature, blockSize: blockSize).description)
        ]
        return try publish(
            draft, signature, manifest, at: time, image == nil ? nil : .raw, external: watched?.path)
    }

    private func openStream() throws(BackupError) -> (any ByteStream, WatchedFile?) {
        switch source {
        case .ese: preconditionFailure("a set is not a stream")
        case .file(let path):
            let file = try watched(path)
            return (file, file)
        case .command(let text): return (try CommandStream(text, pulse), nil)
        case .stdin:
            guard let standardInput else { preconditionFailure("a stdin source is given its input") }
            return (PipedStream(standardInput, pulse), nil)
        }
    }

    private func watched(_ path: String) throws(BackupError) -> WatchedFile {
        do throws(BackupError) { return try WatchedFile(opening: path, in: files, ReadPatience(clock)) } catch
        {
            guard (try? files.status(path))?.kind == .other else { throw error }
            // `/dev/stdin` and `<(...)` of a shell among them: the file must be there for later reads, too.
            throw BackupError(
                error.kind, error.detail,
                hint: "a pipe is a source of its own: source: {stdin: true}, or source: {command: ...}")
        }
    }

    /// A file stays where it is and only its signature is written; a stream is written whole, if it says how long it is.
    private func requireSpace(_ watched: WatchedFile?) throws(BackupError) {
        if let watched { return try spool.requireSpace(0, signing: watched.dataBytes) }
        let expected = options.expectBytes ?? options.minSize ?? 0
        try spool.requireSpace(expected, signing: expected)
    }

    /// The check for a stream that begins like a database; nil for all others.
    func databaseCheck(_ first: Span<UInt8>, _ file: WatchedFile?) throws(BackupError) -> DatabasePageCheck? {
        let prefix = first.extracting(0..<min(first.count, HeaderPair.prefixBytes))
        guard let pair = try? HeaderPair.find(in: prefix) else { return nil }
        guard let file else { return DatabasePageCheck(pair) }
        let size = pair.pageSize
        let end = try OwnedExtent.end(size) { (page) throws(BackupError) in
            let offset = size.offset(ofPage: page)
            return offset <= file.length - size.bytes ? try file.bytes(at: offset, count: size.bytes) : nil
        }
        return DatabasePageCheck(
            pair, end: end,
            flushMap: FlushMapFile.find(beside: file.path, pair.header, in: files))
    }

    /// What makes a file that cannot be read as a database look like one.
    private enum Claim {
        /// It is one, or was, for this reason.
        case damaged(String)
        /// Nothing but its name.
        case nameOnly
    }

    /// The claim of what is no database to be one; nil when it makes none.
    ///
    /// - Throws: The reason of a damaged one, unless a damaged source is accepted.
    private func acceptedClaim(_ first: Span<UInt8>, _ file: WatchedFile?) throws(BackupError) -> Claim? {
        let kind = FileKind.sniff(first.extracting(0..<min(first.count, FileKind.prefixBytes)))
        // A streaming file has no pages that could be checked, and an empty source is an error of its own.
        guard kind != .streamingFile, !first.isEmpty else { return nil }
        let name = file.map { PathText.name(of: $0.path) } ?? ""
        let prefix = first.extracting(0..<min(first.count, DatabaseClaim.prefixBytes))
        guard let claim = DatabaseClaim.reason(name: name, kind, prefix) else { return nil }
        if kind == .other, let file, !DatabaseClaim.isMade(by: prefix) {
            guard try !holdsNoPage(file) else { return .nameOnly }
        }
        guard options.acceptDamaged else {
            throw BackupError(
                .badPages, "check \(source.label): \(claim)",
                hint: "repair the database or take an older copy; --accept-damaged ships it as it is")
        }
        return .damaged(claim)
    }

    /// Whether a file has content, and none of it that was looked at is a page of a database.
    ///
    /// A database that has lost its headers still has pages, and one that is blank has no content.
    private func holdsNoPage(_ file: WatchedFile) throws(BackupError) -> Bool {
        let blockBytes = DatabaseClaim.blockBytes
        let count = file.length / blockBytes
        let some = (0..<min(count, Self.sampledBlocks)).map { $0 * count / min(count, Self.sampledBlocks) }
        var foreign = 0
        for number in Set(0..<min(count, Self.firstBlocks)).union(some).sorted() {
            let block = try file.bytes(at: number * blockBytes, count: blockBytes)
            if ZeroScan.isZero(block.span) { continue }
            if DatabaseClaim.hasPage(in: block.span, at: number * blockBytes) { return false }
            foreign += 1
        }
        return foreign >= Self.leastForeign
    }

    private func requireLength(_ byteCount: Int) throws(BackupError) {
        let label = source.label
        guard byteCount > 0 else { throw BackupError(.sourceFailed, "read \(label): it is empty") }
        if let minSize = options.minSize, byteCount < minSize {
            throw BackupError(
                .sourceFailed, "read \(label): \(byteCount) bytes, fewer than the \(minSize) it must have",
                hint: "see why the producer stopped early, or lower min-size")
        }
        if let expected = options.expectBytes, byteCount != expected {
            throw BackupError(
                .sourceFailed, "read \(label): \(byteCount) bytes, not the \(expected) expected")
        }
    }

    /// The digest of an image's one member, from its signature.
    private func digest(of signature: Image.Signature, blockSize: Int) throws(BackupError) -> Digest256 {
        let digest = ExtentDigest(
            length: signature.layout.length, blockSize: blockSize, ZeroFingerprints(fingerprinter))
        do throws(ImageError) {
            for extent in signature.layout.extents.indices { try digest.add(extent, of: signature) }
        } catch { throw .spool(error) }
        guard let value = digest.finish() else { preconditionFailure("a digest is finished once") }
        return value
    }
}
