import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct FrameTests {
    private static let id = FrameID(push: 0x1122_3344_5566_7788, counter: 9)
    private static let base = FrameID(push: 0xAABB, counter: 3)

    private static let small: [UInt8] = {
        var builder = FrameBuilder(id)
        _ = builder.append(
            Record(codec: .stored, imageOffset: 8192, length: 3, storedBytes: 3), payload: [1, 2, 3])
        _ = builder.append(
            Record(
                codec: .delta, imageOffset: 4096, length: 300, storedBytes: 2,
                base: [.init(frame: base, record: 5, offset: 7, length: 300)]), payload: [8, 9])
        return builder.finish()
    }()

    /// docs/format/pack.md, sections 2 and 3, byte by byte.
    @Test func aFrameIsItsHeaderTableAndPayloads() {
        let table: [UInt8] = [
            1, 0xBB, 0xAA, 0, 0, 0, 0, 0, 0,  // one push
            1, 0, 3,  // one frame: push 0, counter 3
            0, 0x80, 0x80, 0x01, 3, 3,  // stored, offset +8192, length 3, stored 3
            2, 0x85, 0x40, 0xAC, 0x02, 2,  // delta, offset 4096 - 8195, length 300, stored 2
            1, 0, 5, 7, 0xAC, 0x02,  // one slice: frame 0, record 5, offset 7, length 300
        ]
        let payloads: [UInt8] = [1, 2, 3, 8, 9]
        let head: [UInt8] =
            [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 9, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0]
            + [2, 0, 0, 0] + [UInt8(table.count), 0, 0, 0] + [0, 0, 0, 0]
        var writer = ByteWriter()
        writer.append(head)
        writer.uint64(CheckValue.of(head.span) ^ CheckValue.of((table + payloads).span))
        writer.append(table + payloads)
        #expect(Self.small == writer.bytes)
    }

    @Test func aFrameReadsAsItWasWritten() throws {
        let frame = try Frame(parsing: Self.small)
        #expect(frame.id == Self.id)
        #expect(frame.storedBytes == Self.small.count)
        #expect(
            frame.records == [
                Record(codec: .stored, imageOffset: 8192, length: 3, storedBytes: 3),
                Record(
                    codec: .delta, imageOffset: 4096, length: 300, storedBytes: 2,
                    base: [.init(frame: Self.base, record: 5, offset: 7, length: 300)]),
            ])
        #expect(frame.withPayload(0) { [UInt8](copying: $0) } == [1, 2, 3])
        #expect(frame.withPayload(1) { [UInt8](copying: $0) } == [8, 9])
    }

    @Test(arguments: UInt64(0)..<20)
    func randomFramesReadAsTheyWereWritten(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var builder = FrameBuilder(FrameID(push: generator.next(), counter: 77))
        var payloads: [[UInt8]] = []
        for _ in 0..<Int.random(in: 0..<60, using: &generator) {
            let payload = generator.bytes(Int.random(in: 0..<300, using: &generator))
            let codec: Record.Codec = [.stored, .zstd, .delta].randomElement(using: &generator) ?? .zstd
            let slices =
                codec != .delta
                ? []
                : (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                    Record.Slice(
                        frame: FrameID(
                            push: UInt64.random(in: 1...3, using: &generator),
                            counter: UInt64.random(in: 0..<1 << 40, using: &generator)),
                        record: Int.random(in: 0..<Frame.maximumRecords, using: &generator),
                        offset: Int.random(in: 0..<1 << 19, using: &generator),
                        length: Int.random(in: 0...1 << 18, using: &generator))
                }
            let record = Record(
                codec: codec, imageOffset: Int.random(in: 0...1 << 60, using: &generator),
                length: codec == .stored ? payload.count : Int.random(in: 0...1 << 20, using: &generator),
                storedBytes: payload.count, base: slices)
            _ = builder.append(record, payload: payload)
            payloads.append(payload)
        }
        let records = builder.records
        let frame = try Frame(parsing: builder.finish())
        #expect(frame.records == records)
        for (number, payload) in payloads.enumerated() {
            #expect(frame.withPayload(number) { [UInt8](copying: $0) } == payload)
        }
    }

    @Test func aFullBuilderSaysSo() {
        var builder = FrameBuilder(Self.id)
        let half = [UInt8](repeating: 0, count: 1 << 19)
        let record = Record(codec: .stored, imageOffset: 0, length: half.count, storedBytes: half.count)
        _ = builder.append(record, payload: half)
        #expect(builder.fits(storedBytes: 1 << 19, slices: 0))
        _ = builder.append(record, payload: half)
        #expect(!builder.fits(storedBytes: 1, slices: 0))
        #expect(builder.finish().count <= Frame.maximumBytes)
    }

    @Test func aFrameIsNotItsOwnBase() throws {
        var builder = FrameBuilder(Self.id)
        _ = builder.append(
            Record(
                codec: .delta, imageOffset: 0, length: 1, storedBytes: 0,
                base: [.init(frame: Self.id, record: 0, offset: 0, length: 1)]), payload: [])
        let bytes = builder.finish()
        #expect(throws: FormatError.self) { try Frame(parsing: bytes) }
    }

    @Test func everyTruncationAndEveryChangedByteIsRefused() {
        Mutation.expectRefused(Self.small, seed: 1) { try Frame(parsing: $0) }
    }

    @Test func aPlainRecordOpensWithTheZstdProgram() throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        try fixture.addPoint()
        try fixture.addPoint()
        let locations = try Repository(fixture.store, job: mdb01).frames()
        let map = try Repository(fixture.store, job: mdb01).segment(
            try #require(fixture.points[1].point.segments.first), into: MemoryFile())
        var seen: Set<Record.Codec> = []
        for entry in try map.allEntries {
            guard case .record(let id, let number, _, _) = entry.source, let location = locations[id] else {
                continue
            }
            let frame = try Frame(
                parsing: try fixture.store.read(
                    .pack(mdb01, location.pack), at: location.entry.offset, count: location.entry.length))
            let record = frame.records[number]
            guard record.codec != .stored else { continue }
            seen.insert(record.codec)
            let payload = folder.path + "/payload.zst"
            let old = folder.path + "/old"
            for (path, bytes) in [
                (payload, frame.withPayload(number) { [UInt8](copying: $0) }),
                (old, Array(fixture.images[0][entry.offset..<entry.end])),
            ] {
                try? HostFileSystem().remove(path)
                try HostFileSystem().open(path, .create).write(bytes.span, at: 0)
            }
            let arguments = ["zstd", "-d", "-c", payload]
            let result = try Command.run(
                record.codec == .delta ? arguments + ["--patch-from=\(old)"] : arguments)
            #expect(result.output == Array(fixture.images[1][entry.offset..<entry.end]))
        }
        #expect(seen == [.zstd, .delta])
    }
}
