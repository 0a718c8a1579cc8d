import Platform

/// The host's files, one of which is changed by somebody else after it was read to its end.
struct ChangingFiles: FileSystem {
    enum Change: CaseIterable { case grown, shrunk, rewritten, replaced }

    private let host = HostFileSystem()
    private let victim: String
    private let change: Change

    init(_ victim: String, _ change: Change) {
        self.victim = victim
        self.change = change
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try host.open(path, mode)
        return path == victim ? ChangingFile(file) { () throws(SystemError) in try strike() } : file
    }

    private func strike() throws(SystemError) {
        let length = try host.status(victim)?.length ?? 0
        switch change {
        case .grown: try host.open(victim, .update).write([1].span, at: length)
        case .shrunk: try host.open(victim, .update).truncate(to: length - 1)
        case .rewritten: try host.open(victim, .update).write([9, 9].span, at: 100)
        case .replaced:
            let copy = try host.open(victim, .read).bytes(at: 0, count: length)
            try host.open(victim + ".new", .create).write(copy.span, at: 0)
            try host.rename(victim + ".new", to: victim)
        }
    }

    func status(_ path: String) throws(SystemError) -> FileStatus? { try host.status(path) }
    func list(_ folder: String) throws(SystemError) -> [String] { try host.list(folder) }
    func makeFolder(_ path: String) throws(SystemError) -> Bool { try host.makeFolder(path) }
    func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
        try host.linkNoReplace(existing, to: new)
    }
    func rename(_ old: String, to new: String) throws(SystemError) { try host.rename(old, to: new) }
    func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        try host.renameNoReplace(old, to: new)
    }
    func remove(_ path: String) throws(SystemError) { try host.remove(path) }
    func removeFolder(_ path: String) throws(SystemError) { try host.removeFolder(path) }
    func syncFolder(_ path: String) throws(SystemError) { try host.syncFolder(path) }
    func space(_ path: String) throws(SystemError) -> SpaceStatus { try host.space(path) }
    func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
        try host.lock(path, kind)
    }
}

/// Calls `strike` once, after its first piece beyond the headers was read.
private final class ChangingFile: OpenFile {
    private let file: any OpenFile
    private var strike: (() throws(SystemError) -> Void)?

    init(_ file: any OpenFile, _ strike: @escaping () throws(SystemError) -> Void) {
        self.file = file
        self.strike = strike
    }

    var path: String { file.path }
    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try file.read(into: &target, at: offset)
        if offset > 0, let strike {
            self.strike = nil
            try strike()
        }
        return got
    }
    func readNext(into target: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        try file.readNext(into: &target)
    }
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) { try file.write(bytes, at: offset) }
    func truncate(to length: Int) throws(SystemError) { try file.truncate(to: length) }
    func sync() throws(SystemError) { try file.sync() }
    func status() throws(SystemError) -> FileStatus { try file.status() }
    func clone(_ other: any OpenFile) throws(SystemError) -> Bool { try file.clone(other) }
}
