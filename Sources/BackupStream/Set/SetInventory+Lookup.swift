internal import ESE
internal import Platform

extension SetInventory {
    /// Returns the checkpoint that recovery of a database would begin with: its own, else the one in its place.
    ///
    /// The checkpoint of another database of the set is in no other place.
    func checkpoint(for header: DatabaseHeader) -> CheckpointFact {
        let own = checkpointFacts.first { fact in
            if case .present(header.logSignature, _) = fact { true } else { false }
        }
        let streams = Set(databases.compactMap { $0.header?.header.logSignature })
        let stray = checkpointFacts.first { fact in
            if case .present(let signature, _) = fact { !streams.contains(signature) } else { true }
        }
        return own ?? stray ?? .absent
    }

    /// The trailer of a streaming backup's copy, looked up without reading the pages.
    static func trailer(
        of file: SetFile, in files: any FileSystem, _ patience: ReadPatience? = nil
    ) throws(BackupError) -> BackupTrailer? {
        guard let pair = file.header, pair.header.isBackupCopy else { return nil }
        let source = try WatchedFile(opening: file.path, in: files, patience)
        let size = pair.pageSize.bytes
        guard source.length >= 2 * size else { return nil }
        let page = try source.bytes(at: source.length - size, count: size)
        return page.count == size ? BackupTrailer(parsing: page.span) : nil
    }

    static func isPatch(_ name: String) -> Bool { name.lowercased().hasSuffix(".pat") }

    /// True for the patch file of a database: `NAME.pat` for `NAME.edb`.
    static func isPatch(_ name: String, of database: String) -> Bool {
        guard isPatch(name), let dot = database.lastIndex(of: ".") else { return false }
        return database[..<dot].lowercased() == name.dropLast(".pat".count).lowercased()
    }

    /// The names that Windows' services give their temporary databases.
    static func isTemporary(_ name: String) -> Bool { ["temp.edb", "tmp.edb"].contains(name.lowercased()) }

    /// Why a file cannot be a member by its name; nil when it can.
    static func fault(inName name: String) -> String? {
        if name == ImageManifest.memberName { return "its name is that of the manifest" }
        return MemberName.fault(in: name)
    }

    func requireOneNameEach() throws(BackupError) {
        var seen: Set<String> = []
        for file in members where !seen.insert(file.name).inserted {
            throw BackupError(.sourceFailed, "read \(file.path): two files of the set are named \(file.name)")
        }
    }
}
