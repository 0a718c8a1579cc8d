import BackupStream
import ESE
import Image
import Platform
import TestSupport
import Testing

/// What the spool shares on file systems that really can share blocks.
@Suite(.enabled(if: !LoopFileSystem.available.isEmpty, "\(LoopFileSystem.absence)"))
struct ReflinkTests {
    private typealias Kind = LoopFileSystem.Kind

    /// A file system and a bench on it; the bench goes first.
    private struct Place {
        let bench: Bench
        let disk: LoopFileSystem
        var set: String { bench.path("set") }
        var database: String { "\(set)/\(ESESet.databaseName)" }

        init(_ kind: Kind) throws {
            disk = try LoopFileSystem(kind)
            bench = try Bench(in: disk.path)
        }

        func backup(sharing: Bool = true) throws -> BackupResult {
            try bench.backup(.ese(path: set, logs: nil), .init(sharesImages: sharing))
        }

        func change(_ body: (any OpenFile) throws -> Void) throws {
            let file = try bench.files.open(database, .update)
            try body(file)
            try file.sync()
        }
    }

    /// Numbers of the file system's blocks that both files have at the same place on the disk.
    private func shared(_ one: String, _ other: String) throws -> Set<Int> {
        let places = try [one, other].map { try LoopFileSystem.places(of: $0) }
        #expect(places.map(\.blockBytes) == [4096, 4096])
        return Set(places[0].places.filter { places[1].places[$0.key] == $0.value }.keys)
    }

    /// The image is what `tar` takes for the set, and byte for byte what a full write gives, which shares nothing.
    private func expectWhole(_ result: BackupResult, _ place: Place) throws {
        let bench = place.bench
        let out = bench.path("out-\(result.entry.name)")
        try bench.files.makeFolder(out)
        #expect(try Command.run(["tar", "-xf", result.imagePath, "-C", out]).stderr.isEmpty)
        for name in try bench.files.list(place.set) {
            #expect(try bench.read("\(out)/\(name)") == bench.read("\(place.set)/\(name)"))
        }
        let full = try place.backup(sharing: false)
        #expect(try Command.run(["cmp", result.imagePath, full.imagePath]).status == 0)
        #expect(try shared(result.imagePath, full.imagePath).isEmpty)
    }

    @Test(
        "a set's image shares every block that did not change, and no other",
        arguments: LoopFileSystem.available)
    private func imageOfASet(kind: Kind) throws {
        let place = try Place(kind)
        let size = PageSize.kib8
        try ESESet(size: size, pages: 300).write(to: place.set)
        let first = try place.backup()
        var pages: [UInt32] = []
        try place.change { pages = try ESEMutation(percent: 2, seed: 6).apply(to: $0).changed }
        #expect(pages.count > 4)
        let second = try place.backup()
        // Of the members all but the database's two headers and the pages that changed; the manifest is new.
        let changed = Set([0, 1] + pages.map { size.offset(ofPage: $0) / size.bytes })
        var members: Set<Int> = []
        var unchanged: Set<Int> = []
        for extent in second.signature.layout.extents where extent.key.kind == .data {
            guard extent.key.name != ImageManifest.memberName else { continue }
            for index in 0..<extent.blockCount {
                let range = extent.range(ofBlock: index)
                let blocks = range.lowerBound / 4096..<range.upperBound / 4096
                members.formUnion(blocks)
                if extent.key.name != ESESet.databaseName || !changed.contains(index) {
                    unchanged.formUnion(blocks)
                }
            }
        }
        let shared = try shared(first.imagePath, second.imagePath)
        #expect(shared.intersection(members) == unchanged)
        try expectWhole(second, place)
    }

    @Test("a set that grows, shrinks and gets holes has whole images", arguments: LoopFileSystem.available)
    private func changedLengths(kind: Kind) throws {
        let place = try Place(kind)
        let size = PageSize.kib4
        try ESESet(size: size, pages: 256).write(to: place.set)
        _ = try place.backup()
        var length = 0
        try place.change {
            length = try $0.status().length
            let bytes = try $0.bytes(at: 16 * size.bytes, count: 80 * size.bytes)
            try $0.write(bytes.span, at: length)
        }
        let longer = try place.bench.backup(.ese(path: place.set, logs: nil), .init(acceptDamaged: true))
        // A hole where the image of which this one is a clone has pages.
        try place.change {
            try $0.truncate(to: length)
            try $0.truncate(to: length + 80 * size.bytes)
        }
        let holed = try place.backup()
        #expect(holed.signature.layout.length == longer.signature.layout.length)
        try expectWhole(holed, place)
        try place.change { try $0.truncate(to: length) }
        let shorter = try place.backup()
        #expect(shorter.signature.layout.length < holed.signature.layout.length)
        try expectWhole(shorter, place)
    }

    @Test("the base of a file shares all of it, and stays what it was", arguments: LoopFileSystem.available)
    private func baseOfAFile(kind: Kind) throws {
        let place = try Place(kind)
        let bench = place.bench
        var generator = SeededGenerator(seed: 3)
        // Past the end of the last whole block of the file system.
        let bytes = generator.bytes(1_000_000)
        let path = try bench.write(bytes, to: "dump")
        let first = try bench.backup(.file(path))
        let entry = try #require(
            try bench.spool.makeBase(
                of: first.entry, from: path, signature: first.signature, manifest: first.manifest,
                fingerprinter: bench.fingerprinter))
        let base = try #require(entry.imagePath)
        #expect(try shared(path, base) == Set(0..<245))
        // The producer writes in place: that is no change of the base.
        let file = try bench.files.open(path, .update)
        try file.write([UInt8](repeating: 9, count: 8192).span, at: 40 * 4096)
        try file.sync()
        #expect(try bench.read(base) == bytes)
        #expect(try shared(path, base) == Set(0..<245).subtracting(40..<42))
        // Nor is what the base gets from the next night one of the file.
        let now = try bench.read(path)
        let second = try bench.backup(.file(path))
        let next = try #require(
            try bench.spool.advanceBase(
                entry, to: second.entry, from: path, oldSignature: first.signature,
                signature: second.signature, manifest: second.manifest, fingerprinter: bench.fingerprinter))
        let advanced = try #require(next.imagePath)
        #expect(try bench.read(advanced) == now)
        #expect(try bench.read(path) == now)
        // XFS writes the block of the end anew when a file is cut to the length that it has.
        #expect(try shared(path, advanced).subtracting([244]) == Set(0..<244).subtracting(40..<42))
    }
}
