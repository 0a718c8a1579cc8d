import Platform
import Synchronization

/// The host's files; a byte of one of them is read wrongly a number of times.
struct FlakyFiles: FileSystem {
    final class Reads: Sendable {
        private let state = Mutex(0)
        var count: Int { state.withLock { $0 } }
        func next() -> Int {
            state.withLock {
                $0 += 1
                return $0
            }
        }
    }

    let reads = Reads()
    private let host = HostFileSystem()
    private let victim: String
    private let badReads: Int
    private let place: Int

    /// - Parameter place: The byte; by default one of page 10 (of 8 KiB).
    init(_ victim: String, badReads: Int, place: Int = 11 * 8192 + 3000) {
        self.victim = victim
        self.badReads = badReads
        self.place = place
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try host.open(path, mode)
        return path == victim ? FlakyFile(file, reads, badReads: badReads, place) : file
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

/// Flips the byte in the first reads that include it.
private final class FlakyFile: OpenFile {
    private let place: Int
    private let file: any OpenFile
    private let reads: FlakyFiles.Reads
    private let badReads: Int

    init(_ file: any OpenFile, _ reads: FlakyFiles.Reads, badReads: Int, _ place: Int) {
        self.place = place
        self.file = file
        self.reads = reads
        self.badReads = badReads
    }

    var path: String { file.path }
    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try file.read(into: &target, at: offset)
        if (offset..<offset + got).contains(place), reads.next() <= badReads {
            target[place - offset] ^= 0xFF
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
