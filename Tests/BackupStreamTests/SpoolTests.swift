import BackupStream
import Image
import Platform
import TestSupport
import Testing

@Suite struct SpoolTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    func backups(_ count: Int) throws -> [BackupResult] {
        try (0..<count).map { index in
            let path = try bench.write([UInt8](repeating: UInt8(index), count: 9000), to: "input\(index)")
            return try bench.backup(.stdin, input: GivenInput(try bench.read(path)))
        }
    }

    @Test func namesAreToldFromOthers() {
        #expect(SpoolName("20261122T020004Z-0a1b2c3d")?.description == "20261122T020004Z-0a1b2c3d")
        for text in [
            "", "20261122T020004Z-0a1b2c3", "20261122T020004Z-0A1B2C3D", "2026112xT020004Z-0a1b2c3d",
        ] {
            #expect(SpoolName(text) == nil)
        }
    }

    @Test func imagesAreFoundByTheirDigest() throws {
        let results = try backups(3)
        for result in results {
            #expect(
                try bench.spool.entry(imageDigest: result.signature.digest, job: bench.job)?.name
                    == result.entry.name)
        }
        let other = Digest256([UInt8](repeating: 1, count: 32).span)
        #expect(try bench.spool.entry(imageDigest: other, job: bench.job) == nil)
    }

    @Test func expiryKeepsTheNewestAndWhatTargetsNeed() throws {
        let entries = try backups(5).map { $0 }
        let sorted = try bench.spool.entries()
        let needed = try bench.spool.signature(of: sorted[1], job: bench.job).digest
        let removed = try bench.spool.expire(keep: 2, alwaysKeep: [needed])
        #expect(removed.count == entries.count - 3)
        #expect(try bench.spool.entries() == [sorted[1], sorted[3], sorted[4]])
        #expect(try bench.spooled().count == 9)
    }

    @Test func leftoversOfDeadRunsAreSwept() throws {
        let kept = try backups(1)[0]
        let leftovers = [
            "run-20261122T010000Z.tar.partial", "20261122T010000Z-00000000.tar",
            "20261122T010000Z-00000000.json", "\(kept.entry.name).img.partial",
        ]
        for name in leftovers { try bench.files.open(bench.spool.folder + "/" + name, .create).sync() }
        try bench.files.open(bench.spool.folder + "/notes.txt", .create).sync()
        let lock = try #require(try bench.spool.acquire())
        #expect(
            try bench.spooled() == ["img", "json", "sig"].map { "\(kept.entry.name).\($0)" } + ["notes.txt"])
        #expect(try bench.spool.acquire() == nil)
        withExtendedLifetime(lock) {}
    }

    @Test("a base is the file that was read", arguments: [false, true]) func base(isLink: Bool) throws {
        var generator = SeededGenerator(seed: 8)
        let bytes = generator.bytes(3_000_000) + [UInt8](repeating: 0, count: 100_000)
        let path = try bench.write(bytes, to: "dump")
        let result = try bench.backup(.file(path))
        let entry = try #require(
            try bench.spool.makeBase(
                of: result.entry, from: path, signature: result.signature, manifest: result.manifest,
                fingerprinter: bench.fingerprinter, replacedByRename: isLink))
        let base = try #require(entry.imagePath)
        #expect(try bench.read(base) == bytes)
        #expect(try bench.spool.entries() == [entry])
        let isSame = try bench.files.status(base)?.inode == bench.files.status(path)?.inode
        #expect(isSame == isLink)
    }

    @Test(arguments: [false, true]) func aFileThatHasChangedIsNoBase(isLink: Bool) throws {
        let path = try bench.write([UInt8](repeating: 5, count: 20_000), to: "dump")
        let result = try bench.backup(.file(path))
        try bench.files.open(path, .update).write([6].span, at: 10_000)
        #expect(
            try bench.spool.makeBase(
                of: result.entry, from: path, signature: result.signature, manifest: result.manifest,
                fingerprinter: bench.fingerprinter, replacedByRename: isLink) == nil)
        #expect(try bench.spool.entries() == [result.entry])
        #expect(try bench.spooled().count == 2)
    }
}
