import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// Frames and records that parse and mean harm.
@Suite struct HostileRecordTests {
    @Test func aFrameWhoseCountNoListCanHoldIsRefused() {
        var frame = FrameBuilder(FrameID(push: 1, counter: 1)).finish()
        frame.put(UInt64(1) << 63, at: 8)
        #expect(
            throws: FormatError.overLimit(
                field: "frame count", value: 1 << 63, limit: UInt64(Int.max))
        ) { try Frame(parsing: frame) }
    }

    /// Seven levels, each record against four of the level below: 5461 records for one block.
    @Test func aBlockWhoseBasesFanOutIsGivenUp() throws {
        let files = MemoryFileSystem()
        let store = LocalStoreService(
            directory: "/store", files: files, clock: FixedClock(), entropy: SeededEntropy(seed: 1))
        let job = JobObject(
            id: .zero, name: Name.valid("mdb01"),
            secret: [UInt8](repeating: 1, count: Fingerprinter.secretBytes), created: FixedClock().now)
        _ = try store.initialise(StoreObject(id: .zero, created: FixedClock().now))
        _ = try store.publishJob(job.name, job.encoded(store: .zero))
        var compressor = try Compressor(level: 1)
        let payload = try compressor.compress([UInt8(7)].span)
        var builder = PackBuilder(job: job.id)
        var pack: [UInt8] = []
        var width = 1
        for level in 0..<7 {
            let id = FrameID(push: 1, counter: UInt64(level))
            let below = FrameID(push: 1, counter: UInt64(level + 1))
            var frame = FrameBuilder(id)
            for number in 0..<width {
                let base = (0..<4).map {
                    Record.Slice(frame: below, record: number * 4 + $0, offset: 0, length: 1)
                }
                let record =
                    level == 6
                    ? Record(codec: .stored, imageOffset: 0, length: 1, storedBytes: 1)
                    : Record(codec: .delta, imageOffset: 0, length: 1, storedBytes: payload.count, base: base)
                _ = frame.append(record, payload: level == 6 ? [7] : payload)
            }
            pack += builder.add(frame.finish(), id: id, records: width)
            width *= 4
        }
        let (tail, _, _) = builder.finish()
        _ = try store.put(.pack, job: job.name, pack + tail)
        // Two levels further down it is affordable.
        #expect(try Self.restored(store, job, FrameID(push: 1, counter: 2), depth: 4) == [7])
        let error = #expect(throws: SyncError.self) {
            try Self.restored(store, job, FrameID(push: 1, counter: 0), depth: 6)
        }
        #expect(error?.description == "record 3 of frame 1-1: more than 4096 bases")
        // A map that hides how deep it goes does not get further.
        #expect(throws: SyncError.self) {
            try Self.restored(store, job, FrameID(push: 1, counter: 0), depth: 5)
        }
    }

    /// An image of one byte: that of a frame's first record.
    private static func restored(
        _ store: any ObjectStore, _ job: JobObject, _ frame: FrameID, depth: Int
    ) throws -> [UInt8] {
        let fingerprint = Fingerprinter(secret: job.secret).fingerprint([UInt8(7)].span)
        let map = try MapSegment.made(
            [
                MapEntry(
                    offset: 0, length: 1, source: .record(frame: frame, record: 0, offset: 0, depth: depth))
            ],
            [FingerprintRun(offset: 0, length: 1, blockSize: 64, source: .blocks([fingerprint]))],
            job: job.id)
        _ = try store.put(.map, job: job.name, map.bytes)
        let layout = try ImageLayout([Extent(key: .init(.data, ""), offset: 0, length: 1, blockSize: 64)])
        var digest = ImageDigest(layout)
        digest.add(fingerprint)
        let point = Point(
            generation: 1, parent: nil, kind: .full, health: .good, sourceTime: FixedClock().now,
            layout: layout, imageDigest: digest.finish(), counts: .init(), toolVersion: "1",
            segments: [map.name], sourceFacts: [])
        var bytes: [UInt8] = []
        let repository = try Repository(store, job: job.name)
        try ImageReader(point, in: repository, state: nil, .memory).run({ _ in }) {
            bytes.append(copying: $0)
        }
        return bytes
    }

    @Test func aDeltaAgainstMoreThanABlockIsRefused() {
        let base = FrameID(push: 1, counter: 1)
        let slices = [0, 1].map {
            Record.Slice(frame: base, record: $0, offset: 0, length: Record.maximumBytes / 2 + 1)
        }
        let record = Record(codec: .delta, imageOffset: 0, length: 64, storedBytes: 9, base: slices)
        var reader = ByteReader(RecordTable.encode([record]))
        #expect(throws: FormatError.badField(field: "base length", offset: 16)) {
            try RecordTable.parse(&reader, count: 1, of: FrameID(push: 2, counter: 1))
        }
    }
}
