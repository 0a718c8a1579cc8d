import BackupStream
import ESE
import Image
import Platform
import Synchronization
import TestSupport
import Testing

@Suite struct SharedImageTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    init() throws { bench = try Bench() }

    /// What a full write of the same source gives, without its manifest, whose times differ.
    private func expectWhole(_ result: BackupResult) throws {
        let image = try bench.read(result.imagePath)
        try bench.expectSignature(result.signature, describes: image)
        let out = bench.path("out\(image.count)-\(result.entry.name)")
        try bench.files.makeFolder(out)
        #expect(try Command.run(["tar", "-xf", result.imagePath, "-C", out]).stderr.isEmpty)
        for name in try bench.files.list(folder) {
            #expect(try bench.read(out + "/" + name) == bench.read(folder + "/" + name))
        }
    }

    private func backup(_ files: CloningFiles, _ options: Backup.Options = .init()) throws -> BackupResult {
        files.forget()
        return try bench.backup(.ese(path: folder, logs: nil), options, in: files)
    }

    @Test("a clone gets what changed, and nothing else", arguments: [PageSize.kib4, .kib8, .kib32])
    func onlyChanges(size: PageSize) throws {
        let set = ESESet(size: size, isDirty: true)
        try set.write(to: folder)
        let files = CloningFiles()
        _ = try backup(files)
        let whole = files.writtenBytes
        let same = try backup(files)
        // The tar's own structure and the manifest, of another time.
        #expect(files.writtenBytes < whole / 2)
        let structure = files.writtenBytes
        try expectWhole(same)
        let file = try bench.files.open(folder + "/mdb01.edb", .update)
        try file.truncate(to: try file.status().length + 3 * size.bytes)
        let longer = try backup(files)
        try expectWhole(longer)
        #expect(longer.signature.digest != same.signature.digest)
        // The logs behind the database moved on with its end.
        let moved = same.manifest.members.filter { $0.kind != .database }.reduce(0) { $0 + $1.length }
        #expect(files.writtenBytes <= structure + 6 * size.bytes + 65_536 + moved)
        #expect(files.writtenBytes < whole)
        try file.truncate(to: try file.status().length - 3 * size.bytes)
        let shorter = try backup(files)
        try expectWhole(shorter)
        #expect(shorter.signature.layout.length == same.signature.layout.length)
    }

    @Test func zerosTakeThePlaceOfData() throws {
        try ESESet(size: .kib8).write(to: folder)
        let path = folder + "/mdb01.edb"
        let good = try bench.read(path)
        let files = CloningFiles()
        let file = try bench.files.open(path, .update)
        var generator = SeededGenerator(seed: 5)
        try file.write(generator.bytes(2 << 20).span, at: good.count)
        _ = try backup(files, .init(acceptDamaged: true))
        // The same bytes as a hole, which the clone must not keep the old ones of.
        try file.truncate(to: good.count)
        try file.truncate(to: good.count + (2 << 20))
        try expectWhole(try backup(files))
    }

    @Test func anImageThatIsNotToShareIsWrittenWhole() throws {
        try ESESet(size: .kib8).write(to: folder)
        let files = CloningFiles()
        _ = try backup(files)
        let whole = files.writtenBytes
        let result = try backup(files, .init(sharesImages: false))
        #expect(files.writtenBytes == whole)
        try expectWhole(result)
    }

    // Goal of this test: a spool with no room for a second image is none too small for a clone.
    @Test func aCloneNeedsNoRoomForAnImage() throws {
        try ESESet(size: .kib8).write(to: folder)
        let files = CloningFiles()
        let first = try backup(files)
        let scarce = ScarceFiles(on: files, freeBytes: first.signature.layout.length / 100)
        let second = try bench.backup(.ese(path: folder, logs: nil), in: scarce)
        try expectWhole(second)
        let error = #expect(throws: BackupError.self) {
            _ = try bench.backup(.ese(path: folder, logs: nil), .init(sharesImages: false), in: scarce)
        }
        #expect(error?.kind == .noSpace)
        #expect(try bench.spool.entries() == [first.entry, second.entry])
    }

    @Test func aDamagedImageIsNotShared() throws {
        try ESESet(size: .kib8).write(to: folder)
        let files = CloningFiles()
        let first = try backup(files)
        let whole = files.writtenBytes
        let image = try bench.files.open(first.imagePath, .update)
        for offset in stride(from: 0, to: try image.status().length, by: 4096) {
            try image.write([0xA5].span, at: offset)
        }
        let result = try backup(files)
        #expect(files.writtenBytes == whole)
        try expectWhole(result)
    }
}

/// The host's files, which can clone as some file systems do, by a copy; counts what is written into tars.
private final class CloningFiles: FileSystemDecorator {
    let base: any FileSystem = HostFileSystem()
    private let bytes = Mutex(0)
    var writtenBytes: Int { bytes.withLock { $0 } }
    func forget() { bytes.withLock { $0 = 0 } }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try base.open(path, mode)
        guard path.contains(".tar") else { return file }
        return CloningFile(base: file) { count in self.bytes.withLock { $0 += count } }
    }
}

private final class CloningFile: OpenFileDecorator {
    let base: any OpenFile
    private let count: (Int) -> Void

    init(base: any OpenFile, _ count: @escaping (Int) -> Void) {
        self.base = base
        self.count = count
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        count(bytes.count)
        try base.write(bytes, at: offset)
    }

    func clone(_ other: any OpenFile) throws(SystemError) -> Bool {
        let bytes = try other.bytes(at: 0, count: try other.status().length)
        try base.write(bytes.span, at: 0)
        return true
    }
}
