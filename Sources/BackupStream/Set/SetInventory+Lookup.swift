internal import ESE
internal import Platform

extension SetInventory {
    /// What recovery of a database would begin with: its own checkpoint, else what lies there in its place.
    func checkpoint(for header: DatabaseHeader) -> CheckpointFact {
        checkpointFacts.first { fact in
            if case .present(header.logSignature, _) = fact { true } else { false }
        } ?? checkpointFacts.first ?? .absent
    }

    /// The trailer of a streaming backup's copy, looked up without reading the pages.
    static func trailer(of file: SetFile, in files: any FileSystem) throws(BackupError) -> BackupTrailer? {
        guard let pair = file.header, pair.header.isBackupCopy else { return nil }
        let source = try WatchedFile(opening: file.path, in: files)
        let size = pair.pageSize.bytes
        guard source.length >= 2 * size else { return nil }
        let page = try source.bytes(at: source.length - size, count: size)
        return page.count == size ? BackupTrailer(parsing: page.span) : nil
    }

    /// The start of a file; that of a log is read again while its header is wrong.
    static func prefix(
        of file: WatchedFile, _ name: String, _ patience: ReadPatience?
    ) throws(BackupError) -> (bytes: [UInt8], isHealed: Bool) {
        var bytes = try file.bytes(at: 0, count: FileKind.prefixBytes)
        guard let patience, LogName(name)?.isWritten == true, !bytes.isEmpty,
            FileKind.sniff(bytes.span) == .other
        else { return (bytes, false) }
        let isHealed = try patience.retry { () throws(BackupError) in
            bytes = try file.uncachedBytes(at: 0, count: FileKind.prefixBytes)
            return FileKind.sniff(bytes.span) != .other
        }
        return (bytes, isHealed)
    }

    func requireOneNameEach() throws(BackupError) {
        var seen: Set<String> = []
        for file in members where !seen.insert(file.name).inserted {
            throw BackupError(.sourceFailed, "read \(file.path): two files of the set are named \(file.name)")
        }
    }
}
