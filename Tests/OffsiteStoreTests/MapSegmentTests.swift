import Image
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct MapSegmentTests {
    private static let job = Identifier(high: 1, low: 2)

    private static func random(_ seed: UInt64, entries: Int = 40) throws -> MapSegment {
        var generator = SeededGenerator(seed: seed)
        var list: [MapEntry] = []
        var runs: [FingerprintRun] = []
        var end = 0
        for _ in 0..<entries {
            let offset = end + Int.random(in: 0..<3, using: &generator) * 512
            let length = Int.random(in: 1...4, using: &generator) * 512
            end = offset + length
            let isZero = Int.random(in: 0..<4, using: &generator) == 0
            list.append(
                MapEntry(
                    offset: offset, length: length,
                    source: isZero
                        ? .zero
                        : .record(
                            frame: FrameID(
                                push: UInt64.random(in: 1...2, using: &generator),
                                counter: UInt64.random(in: 0..<5, using: &generator)),
                            record: Int.random(in: 0..<70, using: &generator),
                            offset: Int.random(in: 0..<4096, using: &generator),
                            depth: Int.random(in: 0..<32, using: &generator))))
            let blockSize = [512, 1024, 700].randomElement(using: &generator) ?? 512
            let count = (length + blockSize - 1) / blockSize
            let source: FingerprintRun.Source =
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: .zero
                case 1: .moved(from: Int.random(in: 0..<100_000, using: &generator))
                default:
                    .blocks(
                        (0..<count).map { _ in Fingerprint(low: generator.next(), high: generator.next()) })
                }
            runs.append(
                FingerprintRun(offset: offset, length: length, blockSize: blockSize, source: source))
        }
        let segment = try MapSegment.made(list, runs, job: job)
        #expect(try segment.plain == PlainMap(list, runs))
        return segment
    }

    /// docs/format/map.md, section 2, byte by byte.
    @Test func aSegmentIsFramesEntriesRunsAndFingerprints() throws {
        let frame = FrameID(push: 0xCC, counter: 4)
        let segment = try MapSegment.made(
            [
                MapEntry(offset: 512, length: 300, source: .zero),
                MapEntry(
                    offset: 1024, length: 512, source: .record(frame: frame, record: 9, offset: 128, depth: 2)
                ),
            ],
            [
                FingerprintRun(offset: 512, length: 300, blockSize: 512, source: .zero),
                FingerprintRun(
                    offset: 1024, length: 512, blockSize: 512, source: .blocks([.init(low: 1, high: 2)])),
                FingerprintRun(offset: 2048, length: 10, blockSize: 512, source: .moved(from: 5)),
            ], job: Self.job)
        func section(_ tag: String, _ flags: UInt8, _ content: [UInt8]) -> [UInt8] {
            Array(tag.utf8) + [flags, 0, 0, 0] + [UInt8(content.count), 0, 0, 0, 0, 0, 0, 0] + content
        }
        var expected: [UInt8] = Array("HREPMAPS".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]
        expected += Self.job.bytes + Identifier.zero.bytes
        expected += section("FRMS", 1, [1, 0xCC, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 2, 0, 2])
        expected += section(
            "ENTS", 3, [2, 0x80, 0x04, 0xAC, 0x02, 0, 0xD4, 0x01, 0x80, 0x04, 1, 9, 0x80, 0x01, 2])
        expected += section(
            "RUNS", 3,
            [3]
                + [0x80, 0x04, 0xAC, 0x02, 0x80, 0x04, 0]
                + [0xD4, 0x01, 0x80, 0x04, 0x80, 0x04, 1]
                + [0x80, 0x04, 10, 0x80, 0x04, 2, 5])
        let lastSection = expected.count
        expected += section("FPRT", 3, [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
        let length = expected.count + 64
        var trailer = ByteWriter()
        trailer.append(Array("HEND".utf8) + [0, 0, 0, 0])
        trailer.uint64(lastSection)
        trailer.uint64(length)
        trailer.uint64(0)
        expected += trailer.bytes
        expected += digest(of: expected).bytes
        #expect(try segment.bytes == expected)
    }

    /// What a segment refers to is what its entries say.
    @Test(arguments: UInt64(0)..<20)
    func randomSegmentsReadAsTheyWereWritten(seed: UInt64) throws {
        let segment = try Self.random(seed)
        var references: [FrameID: Set<Int>] = [:]
        for entry in try segment.allEntries {
            guard case .record(let frame, let record, _, _) = entry.source else { continue }
            references[frame, default: []].insert(record)
        }
        #expect(try MapReferences.read(segment.bytes, job: Self.job) == references)
        #expect(try MapSegment(parsing: segment.bytes, job: Self.job).plain == segment.plain)
        let again = try MapSegment.made(try segment.allEntries, segment.runs, job: Self.job)
        #expect(try again.bytes == segment.bytes)
    }

    @Test func anEmptySegmentReadsAsItWasWritten() throws {
        let empty = try MapSegment.made(job: Self.job)
        #expect(empty.isEmpty)
        #expect(try empty.bytes.count == 48 + (16 + 2) + (16 + 1) + 64)
    }

    /// Neighbours on one grid become one run, so that a map does not grow by being merged.
    @Test func runsThatGoOnInEachOtherAreWrittenAsOne() throws {
        func blocks(_ offset: Int, _ numbers: UInt64...) -> FingerprintRun {
            FingerprintRun(
                offset: offset, length: numbers.count * 512, blockSize: 512,
                source: .blocks(numbers.map { Fingerprint(low: $0, high: 0) }))
        }
        let short = FingerprintRun(
            offset: 1536, length: 100, blockSize: 512, source: .blocks([Fingerprint(low: 4, high: 0)]))
        let runs = [blocks(0, 1), blocks(512, 2, 3), short, blocks(1636, 5)]
        let segment = try MapSegment.made([], runs, job: Self.job)
        #expect(segment.runs.map(\.offset) == [0, 1636])
        #expect(segment.runs.map(\.length) == [1636, 512])
        #expect(try segment.plain == PlainMap([], runs))
    }

    @Test func sectionsAreSplitAt65536Items() throws {
        let count = 65_537
        let entries = (0..<count).map { MapEntry(offset: $0 * 20, length: 10, source: .zero) }
        let prints = (0..<count).map { Fingerprint(low: UInt64($0), high: 1) }
        let runs = [FingerprintRun(offset: 0, length: count * 2, blockSize: 2, source: .blocks(prints))]
        let segment = try MapSegment.made(entries, runs, job: Self.job)
        let bytes = try segment.bytes
        let object = try ParsedObject(
            parsing: bytes, expecting: .map, known: ["FRMS", "ENTS", "RUNS", "FPRT"])
        #expect(object.sections.map { $0.tag } == ["FRMS", "ENTS", "ENTS", "RUNS", "FPRT", "FPRT"])
        #expect(try segment.plain == PlainMap(entries, runs))
        // Entries and fingerprints across the sections' edge, there and back.
        let around = 65_535 * 20..<65_536 * 20 + 5
        #expect(
            try segment.entries.parts(in: around).found
                == [entries[65_535], entries[65_536].cut(to: 65_536 * 20..<65_536 * 20 + 5)])
        #expect(try segment.entries.parts(in: around).gaps == [65_535 * 20 + 10..<65_536 * 20])
        #expect(try segment.entries.parts(in: 0..<10).found == [entries[0]])
        #expect(try segment.runs[0].content(ofBlock: 65_536) == .data(prints[65_536]))
        #expect(try segment.runs[0].content(ofBlock: 65_535) == .data(prints[65_535]))
    }

    /// Hours lie between the proof of a file and the use of what is in it.
    @Test func whatChangesAfterTheProofIsRefused() throws {
        // Read anew, so that nothing of it is known but what the proof has noted.
        let segment = try MapSegment(parsing: try Self.random(7).bytes, job: Self.job)
        let bytes = try segment.bytes
        let last = bytes.count - ObjectTrailer.byteCount - 1
        try segment.file.write([bytes[last] ^ 1].span, at: last)
        let blocks = try #require(
            segment.runs.first { if case .blocks = $0.source { true } else { false } })
        #expect(
            throws: ImageError.format(.digestMismatch(of: "fingerprints"), path: segment.file.path)
        ) { try blocks.content(ofBlock: 0) }
        let entry = try #require(bytes.firstRange(of: Array("ENTS".utf8))).upperBound + 12
        try segment.file.write([bytes[entry] ^ 1].span, at: entry)
        #expect(
            throws: ImageError.format(.digestMismatch(of: "map section"), path: segment.file.path)
        ) { try segment.entries.parts(in: 0..<1 << 40) }
    }

    @Test func everyTruncationAndEveryChangedByteIsRefused() throws {
        Mutation.expectRefused(try Self.random(1, entries: 8).bytes, seed: 4) {
            try MapSegment(parsing: $0, job: Self.job)
        }
    }

    @Test(arguments: UInt64(0)..<4)
    func liesWithAGoodDigestNeverTrap(seed: UInt64) throws {
        let bytes = try Self.random(seed, entries: 6).bytes
        Mutation.expectNoTrap(bytes, seed: seed) {
            try MapSegment(parsing: Mutation.resigned($0), job: Self.job)
        }
        Mutation.expectNoTrap(bytes, seed: seed) {
            try MapReferences.read(Mutation.resigned($0), job: Self.job)
        }
    }
}
