import BackupStream
import ESE
import Image
import Platform
import TestSupport
import Testing

@Suite struct SpoolSpaceTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    init() throws { bench = try Bench() }

    private func expectNoSpace(_ body: () throws -> Void) throws {
        let error = try #require(#expect(throws: BackupError.self) { try body() })
        #expect(error.exitCode == 24)
        #expect(error.detail.hasPrefix("write \(bench.spool.folder): "))
        #expect(error.hint?.contains("spool.directory") == true)
    }

    @Test("no size that somebody may name overflows", arguments: [1 << 60, .max])
    func hugeSizes(byteCount: Int) throws {
        try expectNoSpace { try bench.spool.requireSpace(byteCount, signing: byteCount) }
    }

    @Test func aDiskThatDoesNotTellItsSizeIsTried() throws {
        let files = ScarceFiles(on: bench.files, SpaceStatus(availableBytes: 0, totalBytes: 0))
        let path = try bench.write([1, 2, 3], to: "a")
        #expect(try bench.backup(.file(path), in: files).signature.layout.length == 3)
    }

    // Goal of this test: a set is refused exactly when its image would not fit, and its holes do not count.
    @Test func aSetNeedsWhatItsFilesHold() throws {
        try ESESet(size: .kib8).write(to: folder)
        let file = try bench.files.open(folder + "/mdb01.edb", .update)
        try file.truncate(to: try file.status().length + 40 << 20)
        let whole = try bench.backup(.ese(path: folder, logs: nil), .init(sharesImages: false))
        let held = try bench.files.open(whole.imagePath, .read).dataBytes(inPiecesOf: 4096)
        try bench.spool.expire(keep: 1, alwaysKeep: [])
        let scarce = ScarceFiles(on: bench.files, freeBytes: held + (1 << 20))
        let fits = try bench.backup(.ese(path: folder, logs: nil), .init(sharesImages: false), in: scarce)
        #expect(fits.signature.layout.length > held + 30 << 20)
        scarce.set(freeBytes: held - 1)
        let before = try bench.spooled()
        try expectNoSpace {
            _ = try bench.backup(.ese(path: folder, logs: nil), .init(sharesImages: false), in: scarce)
        }
        #expect(try bench.spooled() == before)
    }

    // Goal of this test: a stream that says its size is refused before a byte of it is read; another one is tried.
    @Test func aStreamNeedsWhatItSaysItHas() throws {
        let bytes = [UInt8](repeating: 7, count: 100_000)
        let scarce = ScarceFiles(on: bench.files, freeBytes: 90_000)
        for options in [Backup.Options(expectBytes: 100_000), .init(minSize: 95_000)] {
            let input = GivenInput(bytes)
            try expectNoSpace { _ = try bench.backup(.stdin, options, in: scarce, input: input) }
            #expect(input.position == 0)
        }
        #expect(try bench.spooled() == [])
        let input = GivenInput(bytes)
        #expect(try bench.backup(.stdin, in: scarce, input: input).signature.layout.length == 100_000)
        scarce.set(freeBytes: -1)
        try expectNoSpace { _ = try bench.backup(.stdin, in: scarce, input: GivenInput(bytes)) }
    }

    // Goal of this test: a file that stays where it is needs room for its signature, and for the copy only when that is made.
    @Test func aFileNeedsRoomWhenItIsCopied() throws {
        var generator = SeededGenerator(seed: 5)
        let path = try bench.write(generator.bytes(1_000_000), to: "dump")
        let scarce = ScarceFiles(on: bench.files, freeBytes: 4_999)
        try expectNoSpace { _ = try bench.backup(.file(path), in: scarce) }
        scarce.set(freeBytes: 5_000)
        let result = try bench.backup(.file(path), in: scarce)
        let before = try bench.spooled()
        let spool = Spool(bench.path("spool"), job: Name.valid("mdb01"), in: scarce)
        try expectNoSpace {
            _ = try spool.makeBase(
                of: result.entry, from: path, signature: result.signature, manifest: result.manifest,
                fingerprinter: bench.fingerprinter)
        }
        #expect(try bench.spooled() == before)
        scarce.set(freeBytes: 1_000_000)
        let kept = try spool.makeBase(
            of: result.entry, from: path, signature: result.signature, manifest: result.manifest,
            fingerprinter: bench.fingerprinter)
        #expect(kept?.imageKind == .raw)
    }
}
