import BackupStream
import ESE
import Image
import Platform
import Synchronization
import TestSupport
import Testing

@Suite struct SparseFileTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    private static let megabyte = 1 << 20

    /// A file of `length` bytes with a little data at some places, and nothing between them.
    private func sparse(_ name: String, length: Int, data: [Int]) throws -> String {
        var generator = SeededGenerator(seed: 77)
        let path = bench.path(name)
        let file = try bench.files.open(path, .create)
        for offset in data { try file.write(generator.bytes(10_000).span, at: offset) }
        try file.truncate(to: length)
        return path
    }

    @Test(
        "a sparse file has the signature of its bytes",
        arguments: [[0], [5_000_000], [0, 262_144, 11_000_000], [1_048_576 - 5000], []])
    func sameSignature(data: [Int]) throws {
        let length = 12_345_678
        let path = try sparse("a", length: length, data: data)
        let bytes = try bench.read(path)
        let reads = ReadCounter(path)
        let result = try bench.backup(.file(path), in: reads)
        try bench.expectSignature(result.signature, describes: bytes)
        let copy = try bench.write(bytes, to: "copy")
        let dense = try bench.backup(.stdin, input: GivenInput(try bench.read(copy)))
        #expect(dense.signature.digest == result.signature.digest)
        #expect(dense.manifest.members.map(\.digest) == result.manifest.members.map(\.digest))
        // Each place with data costs at most two pieces; the first piece is always read.
        #expect(reads.count <= (2 * data.count + 1) * 262_144)
    }

    @Test func threadsOfTheirOwnReadTheSame() throws {
        let path = try sparse("a", length: 9_000_001, data: [0, 3_000_000, 8_999_000 - 10_000])
        let bytes = try bench.read(path)
        let result = try bench.backup(.file(path))
        try bench.expectSignature(result.signature, describes: bytes)
    }

    @Test func aHugeFileCostsWhatItHolds() throws {
        let length = 3 << 40
        let path = try sparse("huge", length: length, data: [1 << 40, (2 << 40) + 77])
        let reads = ReadCounter(path, hidesFrom: 8 << 30)
        let result = try bench.backup(.file(path), in: reads)
        #expect(result.signature.layout.length == 8 << 30)
        #expect(reads.count <= 262_144)
        #expect(result.signature.runs.runs.count == 1)
    }

    private func used(_ path: String) throws -> Int {
        let text = try Command.run(["du", "-k", path]).stdout.split(separator: "\t").first
        return try #require(text.flatMap { Int($0) })
    }

    @Test func aBaseOfASparseFileIsSparse() throws {
        let path = try sparse("a", length: 300 * Self.megabyte, data: [0, 77_000_000, 200_000_000])
        let first = try bench.backup(.file(path))
        let old = try #require(
            try bench.spool.makeBase(
                of: first.entry, from: path, signature: first.signature, manifest: first.manifest,
                fingerprinter: bench.fingerprinter))
        let image = try #require(old.imagePath)
        #expect(try bench.read(image) == bench.read(path))
        #expect(try used(image) < 1024)
        // Growth by nothing, and a little data in what was a hole: brought up to date without writing the hole.
        let file = try bench.files.open(path, .update)
        try file.write([1, 2, 3].span, at: 150 * Self.megabyte)
        try file.truncate(to: 400 * Self.megabyte + 5)
        let second = try bench.backup(.file(path))
        let new = try #require(
            try bench.spool.advanceBase(
                old, to: second.entry, from: path, oldSignature: first.signature,
                signature: second.signature, manifest: second.manifest, fingerprinter: bench.fingerprinter))
        let advanced = try #require(new.imagePath)
        #expect(try bench.read(advanced) == bench.read(path))
        #expect(try used(advanced) < 1024)
    }

    @Test func aZeroThatIsNoLongerOneMakesNoBase() throws {
        let path = try sparse("a", length: 4 * Self.megabyte, data: [0])
        let result = try bench.backup(.file(path))
        let time = try #require(result.manifest.members.first?.modified)
        try bench.files.open(path, .update).write([9].span, at: 3 * Self.megabyte)
        #expect(try Command.run(["touch", "-d", time, path]).stderr.isEmpty)
        let kept = try bench.spool.makeBase(
            of: result.entry, from: path, signature: result.signature, manifest: result.manifest,
            fingerprinter: bench.fingerprinter)
        #expect(kept == nil)
    }

    @Test func blankPagesInAHoleAreCounted() throws {
        let set = ESESet(size: .kib8)
        try set.write(to: bench.path("set"))
        let whole = try bench.read(bench.path("set") + "/mdb01.edb")
        let pages = 400
        let path = bench.path("sparse.edb")
        let file = try bench.files.open(path, .create)
        try file.write(whole.span, at: 0)
        try file.truncate(to: whole.count + pages * 8192)
        let dense = bench.path("dense.edb")
        let copy = try bench.files.open(dense, .create)
        try copy.write((whole + [UInt8](repeating: 0, count: pages * 8192)).span, at: 0)
        let one = try bench.backup(.file(path))
        let other = try bench.backup(.file(dense))
        #expect(one.signature.digest == other.signature.digest)
        #expect(one.manifest.databases == other.manifest.databases)
        #expect(one.manifest.databases.first.map { $0.pages.blank >= pages } == true)
    }

    @Test func holesOfASetStayHolesInItsImage() throws {
        let folder = bench.path("set")
        try ESESet(size: .kib8).write(to: folder)
        let file = try bench.files.open(folder + "/mdb01.edb", .update)
        let length = try file.status().length
        try file.truncate(to: length + 40 * Self.megabyte)
        let result = try bench.backup(.ese(path: folder, logs: nil))
        let image = try bench.read(result.imagePath)
        try bench.expectSignature(result.signature, describes: image)
        #expect(try used(result.imagePath) < image.count / 1024 - 30 * 1024)
        try bench.files.makeFolder(bench.path("out"))
        #expect(try Command.run(["tar", "-xf", result.imagePath, "-C", bench.path("out")]).stderr.isEmpty)
        #expect(
            try bench.read(bench.path("out") + "/mdb01.edb") == bench.read(folder + "/mdb01.edb"))
    }
}

/// The host's files; counts the bytes that are read of one, and may show less of it than there is.
private final class ReadCounter: FileSystemDecorator {
    let base: any FileSystem = HostFileSystem()
    private let victim: String
    private let length: Int?
    private let bytes = Mutex(0)
    var count: Int { bytes.withLock { $0 } }

    init(_ victim: String, hidesFrom length: Int? = nil) {
        self.victim = victim
        self.length = length
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try base.open(path, mode)
        guard path == victim else { return file }
        return CountedFile(base: file, length: length) { count in self.bytes.withLock { $0 += count } }
    }
}

private final class CountedFile: OpenFileDecorator {
    let base: any OpenFile
    private let length: Int?
    private let count: (Int) -> Void

    init(base: any OpenFile, length: Int?, _ count: @escaping (Int) -> Void) {
        self.base = base
        self.length = length
        self.count = count
    }

    func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
        let got = try base.read(into: &target, at: offset)
        count(got)
        return got
    }

    func status() throws(SystemError) -> FileStatus {
        let status = try base.status()
        return FileStatus(
            kind: status.kind, length: length ?? status.length, modified: status.modified,
            device: status.device, inode: status.inode, mode: status.mode, owner: status.owner,
            links: status.links)
    }
}
