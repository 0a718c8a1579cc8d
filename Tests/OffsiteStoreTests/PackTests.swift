import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct PackTests {
    private static let job = Identifier(high: 0x0102, low: 0x0304)

    private static func pack(frames: Int, seed: UInt64) -> (
        bytes: [UInt8], name: Digest256, footer: PackFooter
    ) {
        var generator = SeededGenerator(seed: seed)
        var pack = PackBuilder(job: job)
        var bytes: [UInt8] = []
        for number in 0..<frames {
            let id = FrameID(push: seed, counter: UInt64(number))
            var builder = FrameBuilder(id)
            let payload = generator.bytes(Int.random(in: 0..<200, using: &generator))
            _ = builder.append(
                Record(codec: .stored, imageOffset: 0, length: payload.count, storedBytes: payload.count),
                payload: payload)
            bytes += pack.add(builder.finish(), id: id, records: 1)
        }
        let end = pack.finish()
        return (bytes + end.bytes, end.name, end.footer)
    }

    private static func footer(_ bytes: [UInt8], job: Identifier = job) throws(FormatError) -> PackFooter {
        try PackTail.footer(length: bytes.count, job: job, format: { $0 }) {
            (offset, count) throws(FormatError) in
            guard offset >= 0, count >= 0, offset <= bytes.count - count else {
                throw .truncated(offset: offset, needed: count, available: bytes.count)
            }
            return Array(bytes[offset..<offset + count])
        }
    }

    @Test(arguments: [1, 2, 40])
    func aFooterTellsWhereTheFramesAre(frames: Int) throws {
        let (bytes, name, footer) = Self.pack(frames: frames, seed: 5)
        #expect(name == digest(of: bytes))
        #expect(try Self.footer(bytes) == footer)
        #expect(footer.entries.count == frames)
        for entry in footer.entries {
            let frame = try Frame(parsing: Array(bytes[entry.offset..<entry.offset + entry.length]))
            #expect(frame.id == entry.frame)
            #expect(frame.records.count == entry.records)
        }
    }

    /// docs/format/pack.md, sections 1 and 4.
    @Test func aPackIsAnObjectOfFramesAndAFooter() throws {
        let (bytes, _, footer) = Self.pack(frames: 2, seed: 5)
        #expect(Array(bytes[..<10]) == Array("HREPPACK".utf8) + [1, 0])
        #expect(Array(bytes[16..<32]) == Self.job.bytes)
        #expect(Array(bytes[32..<48]) == Identifier.zero.bytes)
        let first = footer.entries[0]
        #expect(first.offset == 48 + 16)
        #expect(Array(bytes[48..<56]) == Array("FRAM".utf8) + [1, 0, 0, 0])
        #expect(Int(bytes.span.uint64(at: 56)) == first.length)
        let footerStart = footer.entries[1].offset + footer.entries[1].length
        #expect(Array(bytes[footerStart..<footerStart + 8]) == Array("FOOT".utf8) + [1, 0, 0, 0])
        let trailer = bytes.count - 64
        #expect(Array(bytes[trailer..<trailer + 8]) == Array("HEND".utf8) + [0, 0, 0, 0])
        #expect(Int(bytes.span.uint64(at: trailer + 8)) == footerStart)
        #expect(Int(bytes.span.uint64(at: trailer + 16)) == bytes.count)
        let covered = Array(bytes[..<48]) + Array(bytes[footerStart..<trailer + 32])
        #expect(digest(of: covered).bytes == Array(bytes[(trailer + 32)...]))
    }

    @Test func theSha256sumProgramPrintsThePacksName() throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        try fixture.addPoint()
        for pack in try fixture.store.list(.pack, job: mdb01) {
            let result = try Command.run(["sha256sum", folder.storePath + "/" + pack.key.path])
            let name = result.outputText.prefix(64)
            #expect(pack.key == Digest256(hex: name).map { .pack(mdb01, $0) })
        }
    }

    @Test func everyChangedByteOutsideTheFramesIsRefusedByTheFooter() throws {
        let (bytes, _, footer) = Self.pack(frames: 3, seed: 6)
        let last = try #require(footer.entries.last)
        let end = last.offset + last.length
        Mutation.expectRefused(bytes, seed: 1, from: end) { try Self.footer($0) }
        for at in 0..<48 {
            var changed = bytes
            changed[at] ^= 1
            #expect(throws: FormatError.self, "byte \(at)") { try Self.footer(changed) }
        }
    }

    @Test(arguments: [UInt64.max >> 1, UInt64.max >> 1 - 15, .max, 47, 0])
    func aTailThatPointsAnywhereIsRefused(lastSection: UInt64) {
        var (bytes, _, _) = Self.pack(frames: 1, seed: 7)
        for index in 0..<8 {
            bytes[bytes.count - 56 + index] = UInt8(truncatingIfNeeded: lastSection >> UInt64(8 * index))
        }
        #expect(throws: FormatError.self) { try Self.footer(bytes) }
    }

    @Test func aPackOfAnotherJobIsRefused() {
        let (bytes, _, _) = Self.pack(frames: 1, seed: 8)
        #expect(throws: FormatError.badField(field: "job id", offset: 16)) {
            try Self.footer(bytes, job: .zero)
        }
    }

    @Test(arguments: UInt64(0)..<4)
    func mutatedPacksNeverTrap(seed: UInt64) {
        let (bytes, _, _) = Self.pack(frames: 5, seed: seed)
        Mutation.expectNoTrap(bytes, seed: seed) { try Self.footer($0) }
    }

    @Test func aFooterWithAFrameOutsideThePackIsRefused() {
        var footer = PackFooter()
        footer.entries = [.init(frame: FrameID(push: 1, counter: 2), offset: 90, length: 11, records: 1)]
        let bytes = footer.encoded
        #expect(throws: FormatError.overLimit(field: "frame length", value: 11, limit: 10)) {
            try PackFooter(parsing: bytes, packBytes: 100)
        }
        #expect(throws: Never.self) { try PackFooter(parsing: bytes, packBytes: 101) }
    }

    @Test func anIndexReadsAsItWasWrittenAndNothingElse() throws {
        let packs = (UInt64(0)..<3).map { seed in
            let pack = Self.pack(frames: Int(seed) + 1, seed: seed)
            return PackIndex.Pack(name: pack.name, length: pack.bytes.count, frames: pack.footer.entries)
        }
        let store = Identifier(high: 9, low: 9)
        let bytes = PackIndex(packs).encoded(job: Self.job, store: store)
        let parse = { (bytes: [UInt8]) throws(FormatError) -> PackIndex in
            try PackIndex(parsing: bytes, job: Self.job, store: store)
        }
        #expect(try parse(bytes) == PackIndex(packs))
        Mutation.expectRefused(bytes, seed: 2, parse)
        Mutation.expectNoTrap(bytes, seed: 3) { try parse(Mutation.resigned($0)) }
        #expect(throws: FormatError.badField(field: "store id", offset: 32)) {
            try PackIndex(parsing: bytes, job: Self.job, store: .zero)
        }
    }
}
