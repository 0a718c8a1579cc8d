internal import ESE
internal import Platform

/// The files of an ESE set, told by their content, in the order in which they are read.
///
/// Databases by name, then their streaming files, then logs by generation, then the checkpoint: the header of
/// a database is older than any of its pages, and no log is older than the pages it must bring forward.
struct SetInventory {
    private(set) var databases: [SetFile] = []
    private var streaming: [SetFile] = []
    private(set) var logs: [SetFile] = []
    private(set) var patches: [SetFile] = []
    /// Those of the databases' own log streams.
    private(set) var checkpoints: [SetFile] = []
    /// Every log found, those that are left out among them, by its header alone.
    private(set) var logFacts: [LogFact] = []
    /// Every checkpoint found, damaged ones and those of other streams among them.
    private(set) var checkpointFacts: [CheckpointFact] = []
    private(set) var leftOut: [ImageManifest.LeftOut] = []
    private(set) var warnings: [String] = []
    private let files: any FileSystem
    let patience: ReadPatience?
    /// For headers that may well be no headers at all.
    let doubtful: ReadPatience?
    /// Names of the present folder that are looked at once more when its other files are known.
    private var undecided: [String] = []

    /// True when the newest log of one of the databases' streams says that logs are deleted once they are not
    /// needed to recover from a crash.
    var isCircular: Bool {
        let streams = Dictionary(grouping: logs.compactMap(\.logFact)) { $0.signature }
        return streams.values.contains { LogChain.newestReadable($0)?.isCircular == true }
    }

    /// All files of the set in the order of the image.
    var members: [SetFile] { databases + streaming + patches + logs + checkpoints }

    /// Looks at what is in a database's folder and in that of its logs.
    ///
    /// - Parameters:
    ///   - path: A folder, or one database file.
    ///   - logs: The folder of logs and checkpoint; nil when they are beside the database.
    ///   - patience: How often a log's header that is wrong is read again; nil for never.
    init(
        _ path: String, logs: String?, in files: any FileSystem, _ patience: ReadPatience? = nil
    ) throws(BackupError) {
        self.files = files
        self.patience = patience
        doubtful = patience?.doubtful()
        let found: FileStatus?
        do throws(SystemError) { found = try files.status(path) } catch { throw .source(error) }
        guard let found else {
            throw BackupError(.sourceFailed, "read \(path): there is nothing under this name")
        }
        let isFolder = found.kind == .folder
        let folder = isFolder ? path : PathText.folder(of: path)
        let only = isFolder ? nil : PathText.name(of: path)
        let isLogFolderApart = logs != nil && logs != folder
        try look(into: folder, wantsLogs: !isLogFolderApart) { name in
            only.map { $0 == name || Self.isPatch(name, of: $0) } ?? true
        }
        if let logs, isLogFolderApart { try look(into: logs, wantsLogs: true) { _ in false } }
        guard !databases.isEmpty else {
            throw BackupError(
                .sourceFailed, "read \(path): no database found",
                hint: "check that the snapshot is mounted there")
        }
        chooseStream()
        try requireOneNameEach()
    }

    private func names(in folder: String) throws(BackupError) -> [String] {
        do throws(SystemError) { return try files.list(folder) } catch { throw .source(error) }
    }

    private mutating func look(
        into folder: String, wantsLogs: Bool, wantsDatabase: (String) -> Bool
    ) throws(BackupError) {
        for name in try names(in: folder) {
            try look(
                at: name, in: folder, wantsDatabase: wantsDatabase(name), wantsLogs: wantsLogs, isFirst: true)
        }
        let names = undecided
        undecided = []
        for name in names {
            try look(
                at: name, in: folder, wantsDatabase: wantsDatabase(name), wantsLogs: wantsLogs, isFirst: false
            )
        }
    }

    private mutating func look(
        at name: String, in folder: String, wantsDatabase: Bool, wantsLogs: Bool, isFirst: Bool
    ) throws(BackupError) {
        let path = PathText.path(of: name, in: folder)
        let status: FileStatus?
        do throws(SystemError) { status = try files.status(path) } catch { throw .source(error) }
        guard let status else {
            throw BackupError(.sourceFailed, "read \(path): it has gone while the set was listed")
        }
        guard status.kind == .regular else { return leave(name, "not a regular file") }
        guard name != ImageManifest.memberName, SetExtractor.isPlain(name) else {
            return leave(name, "its name cannot be that of a member")
        }
        let file = try WatchedFile(opening: path, in: files, patience?.renewed())
        let start = try file.bytes(at: 0, count: FileKind.prefixBytes)
        if isFirst, isUndecided(name, start) { return undecided.append(name) }
        let better = try healed(start, of: file, name, wantsDatabase: wantsDatabase)
        let prefix = better ?? start
        let isHealed = better != nil || !isFirst && !isUndecided(name, start)
        if isHealed {
            warnings.append("\(path): its header had to be read again to be good: check the disk")
        }
        func item(_ role: SetFile.Role) -> SetFile {
            SetFile(path: path, name: name, status: file.before, role: role, isHeaderHealed: isHealed)
        }
        // Such a file may hold a whole old log, to be used again.
        if LogName(name)?.isAhead == true { return leave(name, "a log made ahead of need") }
        // A patch file may begin like the database that it belongs to.
        if Self.isPatch(name) {
            guard wantsDatabase else { return leave(name, "a patch file that was not asked for") }
            let patch = PatchFile(parsing: prefix.span, length: file.before.length)
            patches.append(item(.patch(patch)))
            if patch == .pages {
                warnings.append(
                    "\(name): the pages of a patch file were not checked: only its engine can do that")
            }
            return
        }
        if Self.isTemporary(name), FileKind.sniff(prefix.span) != .database {
            return leave(name, "a temporary database, which the engine makes anew")
        }
        switch FileKind.sniff(prefix.span) {
        case .database:
            guard wantsDatabase else { return leave(name, "a database that was not asked for") }
            do throws(DatabaseHeaderError) {
                databases.append(item(.database(try HeaderPair.find(in: prefix.span))))
            } catch { throw BackupError(.sourceFailed, "read \(path): \(error)") }
        case .streamingFile:
            streaming.append(item(.streaming))
            warnings.append("\(name): its pages have no checksums of their own and were not checked")
        case .log:
            guard wantsLogs else { return leave(name, "logs are read from their own folder") }
            do throws(LogHeaderError) {
                let fact = LogFact(
                    name: name, header: try LogHeader(parsing: prefix.span), fileBytes: status.length)
                logs.append(item(.log(fact)))
                logFacts.append(fact)
            } catch { leaveLog(name, error) }
        case .checkpoint:
            guard wantsLogs else { return leave(name, "checkpoints are read from the folder of the logs") }
            do throws(CheckpointError) {
                checkpoints.append(item(.checkpoint(try CheckpointHeader(parsing: prefix.span))))
            } catch { leaveCheckpoint(name, error) }
        case .unwritten: leave(name, "a log made ahead of need, never written")
        case .flushMap: leave(name, "a flush map, which the engine makes anew")
        case .temporaryDatabase: leave(name, "a temporary database, which the engine makes anew")
        case .otherESE(let type): leave(name, "an ESE file of type \(type), which no restore needs")
        case .other:
            try leaveUnknown(name, path, prefix, status.length, isDatabase: wantsDatabase, isLog: wantsLogs)
        }
    }

    /// A file whose content says nothing: foreign, unless its name promises more.
    private mutating func leaveUnknown(
        _ name: String, _ path: String, _ prefix: [UInt8], _ length: Int, isDatabase: Bool, isLog: Bool
    ) throws(BackupError) {
        let promises = Self.databaseEndings.contains { name.lowercased().hasSuffix($0) }
        if isDatabase, promises {
            throw BackupError(
                .badPages, "check \(path): \(DatabaseHeaderError.noValidHeader)",
                hint:
                    "repair the database or take an older copy; a file that is no database can be moved away")
        }
        switch LogName(name)?.role {
        case .archived, .current:
            if isLog, length > 0 { return leaveLog(name, .badChecksum) }
        case .checkpoint:
            if isLog, length > 0 { return leaveCheckpoint(name, .corrupt) }
        case .prepared, .reserve, nil: break
        }
        leave(name, length == 0 ? "empty" : "not a file of the database engine")
    }

    private mutating func leave(_ name: String, _ reason: String) {
        leftOut.append(.init(name: name, reason: reason))
    }

    private mutating func leaveLog(_ name: String, _ error: LogHeaderError) {
        logFacts.append(LogFact(name: name, unreadable: error))
        warnings.append("\(name): \(error)")
        leave(name, error.description)
    }

    private mutating func leaveCheckpoint(_ name: String, _ error: CheckpointError) {
        checkpointFacts.append(.corrupt)
        warnings.append("\(name): \(error)")
        leave(name, error.description)
    }

    /// Keeps the logs and checkpoints that belong to a database of the set, and sorts the logs.
    private mutating func chooseStream() {
        let streams = Set(databases.compactMap { $0.header?.header.logSignature })
        let all = logs
        logs = []
        for file in all {
            if let signature = file.logFact?.signature, streams.contains(signature) {
                logs.append(file)
            } else {
                leave(file.name, "a log of another stream")
            }
        }
        let found = checkpoints
        checkpoints = []
        for file in found {
            guard let header = file.checkpoint else { continue }
            checkpointFacts.append(CheckpointFact(header))
            if streams.contains(header.logSignature) {
                checkpoints.append(file)
            } else {
                leave(file.name, "a checkpoint of another log stream")
            }
        }
        if checkpoints.isEmpty, let first = found.first {
            warnings.append(
                "\(first.name): \(ErrorCode.badCheckpointSignature.label): of another log stream, left out")
        }
        logs.sort { ($0.logFact?.generation ?? 0, $0.name) < ($1.logFact?.generation ?? 0, $1.name) }
    }
}
