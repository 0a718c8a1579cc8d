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
    /// Every file of the folders that is no member, and why.
    var leftOut: [ImageManifest.LeftOut] = []
    /// Those of `leftOut` that should not be.
    var claims: [Claim] = []
    private(set) var warnings: [String] = []
    let files: any FileSystem
    /// Files that the image may lack.
    let leaveOut: LeaveOut
    /// The folder of the databases, and that of the logs where it is another one.
    private(set) var readFolders: [FileStatus] = []
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
    ///   - logs: The folder of logs and checkpoint; nil when they are next to the database.
    ///   - patience: How often a log's header that is wrong is read again; nil for never.
    ///   - leaveOut: Names that are not looked at.
    init(
        _ path: String, logs: String?, in files: any FileSystem, _ patience: ReadPatience? = nil,
        leaveOut: LeaveOut = LeaveOut()
    ) throws(BackupError) {
        self.files = files
        self.leaveOut = leaveOut
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
        do throws(SystemError) {
            readFolders = [
                try files.status(folder),
                try logs.flatMap { path throws(SystemError) in
                    try files.status(path)
                },
            ].compactMap(\.self)
        } catch { throw .source(error) }
        try look(into: folder, wantsLogs: !isLogFolderApart) { name in
            only.map { $0 == name || Self.isPatch(name, of: $0) } ?? true ? .taken : .notAsked
        }
        if let logs, isLogFolderApart {
            try look(into: logs, wantsLogs: true) { _ in isFolder ? .misplaced : .notAsked }
        }
        noteAbsent()
        guard !databases.isEmpty else {
            if let refusal = refusal(job: nil) { throw refusal }
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
        into folder: String, wantsLogs: Bool, wish: (String) -> DatabaseWish
    ) throws(BackupError) {
        for name in try names(in: folder) {
            try look(at: name, in: folder, wish(name), wantsLogs: wantsLogs, isFirst: true)
        }
        let names = undecided
        undecided = []
        for name in names {
            try look(at: name, in: folder, wish(name), wantsLogs: wantsLogs, isFirst: false)
        }
    }

    /// Records names that were accepted and that no file has.
    private mutating func noteAbsent() {
        for name in leaveOut.names where !leftOut.contains(where: { LeaveOut([name]).covers($0.name) }) {
            leftOut.append(.init(name: name, reason: "not there", isAccepted: true))
        }
    }

    private mutating func look(
        at name: String, in folder: String, _ wish: DatabaseWish, wantsLogs: Bool, isFirst: Bool
    ) throws(BackupError) {
        let wantsDatabase = wish == .taken
        let path = PathText.path(of: name, in: folder)
        if leaveOut.covers(name) {
            return leftOut.append(.init(name: name, reason: LeaveOut.reason, isAccepted: true))
        }
        let status: FileStatus?
        do throws(SystemError) { status = try files.status(path) } catch { throw .source(error) }
        guard let status else {
            // A name whose bytes are not UTF-8 was changed when it was listed.
            guard name.contains("\u{FFFD}") else {
                throw BackupError(.sourceFailed, "read \(path): it has gone while the set was listed")
            }
            warnings.append("\(name): its name is not UTF-8, and nobody has looked what it is")
            return leaveUnreadable(name, path, "its name is not UTF-8", wish)
        }
        switch status.kind {
        case .folder: return leaveFolder(name, path, status, wish)
        case .link, .other: return leaveUnreadable(name, path, "not a regular file", wish)
        case .regular: break
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
        let kind = FileKind.sniff(prefix.span)
        let claim = wish == .notAsked ? nil : try claim(of: name, kind, prefix, file)
        if let fault = Self.fault(inName: name) {
            return claim == nil ? leave(name, fault) : miss(name, path, fault)
        }
        // Such a file may hold a whole old log, to be used again.
        if LogName(name)?.isAhead == true, claim == nil { return leave(name, "a log made ahead of need") }
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
        if Self.isTemporary(name), kind != .database {
            return leave(name, "a temporary database, which the engine makes anew")
        }
        switch kind {
        case .database:
            switch wish {
            case .taken: break
            case .notAsked: return leave(name, "a database that was not asked for")
            case .misplaced: return miss(name, path, "a database in the folder of the logs")
            }
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
        case .unwritten, .otherESE, .other:
            if let claim { return miss(name, path, claim) }
            leaveUnknown(name, kind, status.length, isLog: wantsLogs)
        case .flushMap: leave(name, "a flush map, which the engine makes anew")
        case .temporaryDatabase: leave(name, "a temporary database, which the engine makes anew")
        }
    }

    /// A file whose content says nothing: foreign, unless it is named like a log.
    private mutating func leaveUnknown(_ name: String, _ kind: FileKind, _ length: Int, isLog: Bool) {
        if kind == .unwritten { return leave(name, "a log made ahead of need, never written") }
        if case .otherESE(let type) = kind {
            return leave(name, "an ESE file of type \(type), which no restore needs")
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
