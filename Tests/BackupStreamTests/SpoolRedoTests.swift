import BackupStream
import Image
import Platform
import Synchronization
import TestSupport
import Testing

@Suite struct SpoolRedoTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    /// Two nights of a file: the first is kept as a base, the second only read.
    private struct Nights {
        let path: String
        let bytes: [UInt8]
        let old: SpoolEntry
        let oldSignature: Image.Signature
        let new: BackupResult
        let oldBytes: [UInt8]
    }

    private func nights(_ change: (inout [UInt8]) -> Void) throws -> Nights {
        var generator = SeededGenerator(seed: 21)
        var bytes = generator.bytes(600_000) + [UInt8](repeating: 0, count: 50_000)
        let oldBytes = bytes
        let path = try bench.write(bytes, to: "dump")
        let first = try bench.backup(.file(path))
        let old = try #require(
            try bench.spool.makeBase(
                of: first.entry, from: path, signature: first.signature, manifest: first.manifest,
                fingerprinter: bench.fingerprinter))
        change(&bytes)
        let file = try bench.files.open(path, .update)
        try file.write(bytes.span, at: 0)
        try file.truncate(to: bytes.count)
        return Nights(
            path: path, bytes: bytes, old: old, oldSignature: first.signature,
            new: try bench.backup(.file(path)), oldBytes: oldBytes)
    }

    private func advance(_ nights: Nights, in files: (any FileSystem)? = nil) throws -> SpoolEntry? {
        var spool = bench.spool
        if let files { spool = Spool(bench.folder.path + "/spool", job: Name.valid("mdb01"), in: files) }
        return try spool.advanceBase(
            nights.old, to: nights.new.entry, from: nights.path, oldSignature: nights.oldSignature,
            signature: nights.new.signature, manifest: nights.new.manifest,
            fingerprinter: bench.fingerprinter)
    }

    private static let changes: [(String, @Sendable (inout [UInt8]) -> Void)] = [
        (
            "some bytes",
            {
                $0[100_000] ^= 1; $0[400_001] ^= 1
            }
        ),
        ("growth", { $0 += [UInt8](repeating: 7, count: 30_001) }),
        ("shrinking", { $0.removeLast(160_003) }),
        ("zeroes", { for index in 8192..<40_000 { $0[index] = 0 } }),
        ("data where zeroes were", { $0[620_000] = 9 }),
    ]

    @Test("the old base becomes the new one, in place", arguments: 0..<5)
    func inPlace(change: Int) throws {
        let nights = try nights(Self.changes[change].1)
        let inode = try bench.files.status(#require(nights.old.imagePath))?.inode
        let entry = try #require(try advance(nights))
        let path = try #require(entry.imagePath)
        #expect(try bench.read(path) == nights.bytes)
        #expect(try bench.files.status(path)?.inode == inode)
        let names = try bench.spooled()
        #expect(!names.contains { $0.hasSuffix("redo") || $0.hasSuffix("partial") })
        #expect(try bench.spool.entries().map(\.imageKind) == [nil, .raw])
    }

    // Goal of this test: whenever a run dies, the base is one of the two, and the next run knows which.
    @Test("a run that dies at any call leaves the old base or the new one", arguments: 0..<5)
    func dying(change: Int) throws {
        for calls in 0... {
            let bench = try SpoolRedoTests()
            let nights = try bench.nights(Self.changes[change].1)
            let files = DyingFiles(base: bench.bench.files, afterCalls: calls)
            let isDone = (try? bench.advance(nights, in: files)) != nil
            withExtendedLifetime(try bench.bench.spool.acquire()) {}
            let bases = try bench.bench.spool.entries().filter { $0.imageKind == .raw }
            #expect(bases.count == 1, "after \(calls) calls")
            let base = try #require(bases.first)
            let bytes = try bench.bench.read(#require(base.imagePath))
            #expect(
                bytes == (base.name == nights.old.name ? nights.oldBytes : nights.bytes),
                "after \(calls) calls")
            #expect(
                try !bench.bench.spooled().contains { $0.hasSuffix("redo") || $0.hasSuffix("partial") })
            if isDone {
                #expect(calls > 8)
                break
            }
        }
    }

    /// A spool whose last run died with its journal durable, before it had written into the base.
    private static func dead() throws -> SpoolRedoTests {
        for calls in 0..<40 {
            let tests = try SpoolRedoTests()
            let files = DyingFiles(base: tests.bench.files, afterCalls: calls)
            _ = try? tests.advance(try tests.nights(changes[0].1), in: files)
            if try tests.bench.spooled().contains(where: { $0.hasSuffix(".redo") }) { return tests }
        }
        throw SystemError(call: "die with a journal", path: "", code: 0)
    }

    @Test func aJournalThatWasDamagedLeavesNoBase() throws {
        let bench = try Self.dead().bench
        let name = try #require(try bench.spooled().first { $0.hasSuffix(".redo") })
        let journal = try bench.files.open(bench.spool.folder + "/" + name, .update)
        try journal.write([0xFF].span, at: 41 + 24 + 100)
        withExtendedLifetime(try bench.spool.acquire()) {}
        #expect(try bench.spool.entries().map(\.imageKind) == [nil, nil])
        #expect(try !bench.spooled().contains { $0.hasSuffix("redo") })
    }

    @Test func aJournalThatCannotBeCompletedStopsNoRun() throws {
        let bench = try Self.dead().bench
        let files = DyingFiles(base: bench.files, afterCalls: 0, counting: .writesToImages)
        let spool = Spool(bench.folder.path + "/spool", job: Name.valid("mdb01"), in: files)
        withExtendedLifetime(try spool.acquire()) {}
        #expect(try bench.spool.entries().map(\.imageKind) == [nil, nil])
        #expect(try !bench.spooled().contains { $0.hasSuffix("redo") })
    }

    @Test func aBaseThatCannotBeWrittenIsGivenUp() throws {
        let nights = try nights(Self.changes[0].1)
        let files = DyingFiles(base: bench.files, afterCalls: 1, counting: .writesToImages)
        #expect(try advance(nights, in: files) == nil)
        #expect(try bench.spool.entries().map(\.imageKind) == [nil, nil])
    }

    @Test func aFileThatHasChangedSinceLeavesTheOldBase() throws {
        let nights = try nights(Self.changes[0].1)
        try bench.files.open(nights.path, .update).write([0x55].span, at: 100_001)
        #expect(try advance(nights) == nil)
        #expect(try bench.read(#require(nights.old.imagePath)) == nights.oldBytes)
        #expect(try !bench.spooled().contains { $0.hasSuffix("redo") || $0.hasSuffix("partial") })
    }

    @Test func aFileThatIsMostlyNewIsCopiedInstead() throws {
        var generator = SeededGenerator(seed: 22)
        let other = generator.bytes(8_000_000)
        let nights = try nights { $0 = other }
        #expect(try advance(nights) == nil)
        #expect(try bench.read(#require(nights.old.imagePath)) == nights.oldBytes)
    }

    @Test func aBaseWithASecondNameIsNotWrittenInto() throws {
        let nights = try nights(Self.changes[0].1)
        let image = try #require(nights.old.imagePath)
        #expect(try bench.files.linkNoReplace(image, to: bench.path("somebody else's")))
        #expect(try advance(nights) == nil)
        #expect(try bench.read(bench.path("somebody else's")) == nights.oldBytes)
    }
}

/// Files that fail every change from one on, as if the process had died there.
private final class DyingFiles: FileSystemDecorator {
    enum Counting { case everything, writesToImages }

    let base: any FileSystem
    private let left: Mutex<Int>
    private let counting: Counting

    init(base: any FileSystem, afterCalls calls: Int, counting: Counting = .everything) {
        self.base = base
        left = Mutex(calls)
        self.counting = counting
    }

    func spend(_ path: String, isImageWrite: Bool = false) throws(SystemError) {
        guard counting == .everything || (isImageWrite && path.hasSuffix(".img")) else { return }
        let isAlive = left.withLock { left in
            left -= 1
            return left >= 0
        }
        guard isAlive else { throw SystemError(call: "die at", path: path, code: 5) }
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        if mode != .read { try spend(path) }
        return DyingFile(base: try base.open(path, mode), files: self)
    }
    func rename(_ old: String, to new: String) throws(SystemError) {
        try spend(old)
        try base.rename(old, to: new)
    }
    func remove(_ path: String) throws(SystemError) {
        try spend(path)
        try base.remove(path)
    }
    func syncFolder(_ path: String) throws(SystemError) {
        try spend(path)
        try base.syncFolder(path)
    }
}

private final class DyingFile: OpenFileDecorator {
    let base: any OpenFile
    private let files: DyingFiles

    init(base: any OpenFile, files: DyingFiles) {
        self.base = base
        self.files = files
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        try files.spend(path, isImageWrite: true)
        try base.write(bytes, at: offset)
    }
    func truncate(to length: Int) throws(SystemError) {
        try files.spend(path)
        try base.truncate(to: length)
    }
    func sync() throws(SystemError) {
        try files.spend(path)
        try base.sync()
    }
}
