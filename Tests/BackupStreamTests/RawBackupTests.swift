import BackupStream
import ESE
import Image
import Platform
import TestSupport
import Testing

@Suite struct RawBackupTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    @Test("a file is read in place and only its signature is kept", arguments: [1, 8192, 300_001])
    func file(length: Int) throws {
        var generator = SeededGenerator(seed: 3)
        var bytes = generator.bytes(length)
        if length > 100_000 {
            bytes.replaceSubrange(20_000..<60_000, with: [UInt8](repeating: 0, count: 40_000))
        }
        let path = try bench.write(bytes, to: "dump.bkf")
        let result = try bench.backup(.file(path))
        #expect(result.imagePath == path)
        #expect(!result.ownsImage)
        #expect(result.health == .good)
        #expect(
            result.signature.layout.extents
                == [Extent(key: .init(.data, ""), offset: 0, length: length, blockSize: 8192)])
        try bench.expectSignature(result.signature, describes: bytes)
        let stem = "20261122T020004Z-\(result.signature.digest.description.prefix(8))"
        #expect(try bench.spooled() == ["\(stem).json", "\(stem).sig"])
        #expect(result.manifest.members.map(\.kind) == [.raw])
        #expect(try result.entry.manifest(in: bench.files) == result.manifest)
        let opened = try Signature(opening: result.signaturePath, job: bench.job, in: bench.files)
        #expect(opened.digest == result.signature.digest)
    }

    @Test func aStreamBecomesAnImageOfItsBytes() throws {
        var generator = SeededGenerator(seed: 4)
        let bytes = generator.bytes(700_000)
        let path = try bench.write(bytes, to: "stream")
        let result = try bench.backup(.stdin, input: GivenInput(try bench.read(path)))
        #expect(result.ownsImage)
        #expect(result.imagePath.hasSuffix(".img"))
        #expect(try bench.read(result.imagePath) == bytes)
        try bench.expectSignature(result.signature, describes: bytes)
    }

    @Test(
        "an empty, short or otherwise long source fails",
        arguments: [(0, nil, nil), (10, 11, nil), (10, nil, 9)])
    func wrongLength(length: Int, minSize: Int?, expected: Int?) throws {
        let path = try bench.write([UInt8](repeating: 7, count: length), to: "dump")
        let error = try bench.failure(of: .file(path), .init(minSize: minSize, expectBytes: expected))
        #expect(error.kind == .sourceFailed)
        #expect(error.exitCode == 20)
    }

    @Test func aMissingFileFails() throws {
        let error = try bench.failure(of: .file(bench.path("none")))
        #expect(error.detail == "open \(bench.path("none")): No such file or directory")
        #expect(error.exitCode == 20)
    }

    @Test("a file that changes while it is read fails", arguments: ChangingFiles.Change.allCases)
    func changed(change: ChangingFiles.Change) throws {
        let path = try bench.write([UInt8](repeating: 1, count: 600_000), to: "dump")
        let error = try bench.failure(of: .file(path), in: ChangingFiles(path, change))
        #expect(error.exitCode == 20)
        #expect(error.detail.hasPrefix("read \(path): changed while it was read: "))
    }

    @Test func aDatabaseHasBlocksOfItsPageSize() throws {
        let database = ESEDatabase { $0.size = .kib32 }
        let path = try bench.write(database.bytes(), to: "mdb01.edb")
        let result = try bench.backup(.file(path))
        #expect(result.signature.layout.extents.map(\.blockSize) == [32_768])
        #expect(result.manifest.members.map(\.kind) == [.database])
        #expect(result.manifest.databases.map(\.pages.seen) == [64])
        #expect(result.manifest.databases.map(\.state) == ["Clean Shutdown"])
        try bench.expectSignature(result.signature, describes: database.bytes())
    }

    @Test func aBadPageInARawDatabaseFails() throws {
        var bytes = ESEDatabase().bytes()
        bytes[8192 * 11 + 4000] ^= 0xFF
        let path = try bench.write(bytes, to: "mdb01.edb")
        let error = try bench.failure(of: .file(path))
        #expect(error.kind == .badPages)
        #expect(error.exitCode == 21)
        #expect(error.detail.contains("1 bad page: 10; page 10: checksum failed"))
        let accepted = try bench.backup(.file(path), .init(acceptDamaged: true))
        #expect(accepted.health == .damaged)
        #expect(accepted.manifest.databases.map(\.pages.badPages).map { $0.map(\.page) } == [[10]])
    }

    @Test func theSameBytesTwiceInASecondAreTwoEntries() throws {
        let path = try bench.write([1, 2, 3], to: "dump")
        let first = try bench.backup(.file(path))
        let second = try bench.backup(.file(path))
        #expect(first.signature.digest == second.signature.digest)
        #expect(try bench.spool.entries().map(\.name) == [first.entry.name, second.entry.name])
    }
}
