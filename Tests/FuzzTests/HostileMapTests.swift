import DeltaSync
import OffsiteStore
import Platform
import TestSupport
import Testing

/// Maps that parse and mean harm.
@Suite struct HostileMapTests {
    private static func layer(_ runs: [FingerprintRun]) -> (name: Point.Segment, content: MapSegment) {
        (
            Point.Segment(name: SHA256Hasher.hash([UInt8(0)].span), length: 1),
            MapSegment(entries: [], runs: runs)
        )
    }

    @Test func aMapWhoseRunsAllMoveOneRangeIsRefused() {
        let below = (0..<1000).map {
            FingerprintRun(offset: $0 * 64, length: 64, blockSize: 64, source: .zero)
        }
        let above = (0..<1000).map {
            FingerprintRun(offset: $0 * 64_000, length: 64_000, blockSize: 64, source: .moved(from: 0))
        }
        let error = #expect(throws: SyncError.self) {
            try MapStack([Self.layer(above), Self.layer(below)]).flattened()
        }
        #expect(error?.description == "a map: fingerprint runs is 74000, above the limit of 73536")
    }

    @Test func mapsThatMoveEveryRangeOnceStayWhole() throws {
        let below = (0..<20_000).map {
            FingerprintRun(offset: $0 * 64, length: 64, blockSize: 64, source: .zero)
        }
        let above = (0..<20_000).map {
            FingerprintRun(offset: $0 * 64 + 7, length: 64, blockSize: 64, source: .moved(from: $0 * 64))
        }
        let map = try MapStack([Self.layer(above), Self.layer(below)]).flattened()
        #expect(map.runs.count == 20_000)
    }

    @Test func aMapRefersToNoRecordThatAFrameCannotHave() {
        let frame = FrameID(push: 1, counter: 1)
        let entry = MapEntry(
            offset: 0, length: 1,
            source: .record(frame: frame, record: Frame.maximumRecords, offset: 0, depth: 0))
        let bytes = MapSegment(entries: [entry], runs: []).encoded(job: .zero)
        #expect(
            throws: FormatError.overLimit(field: "record", value: 65_536, limit: 65_535)
        ) { try MapSegment(parsing: bytes, job: .zero) }
    }

    @Test func aMapWhoseBitmapsNameMoreRecordsThanItHasEntriesIsRefused() {
        var frames = FrameList()
        _ = frames.position(of: FrameID(push: 1, counter: 1))
        var list = ByteWriter()
        frames.encode(into: &list)
        list.varint(64)
        list.append([UInt8](repeating: 0xFF, count: 64))
        var object = ObjectBuilder(ObjectHeader(.map, job: .zero))
        object.section("FRMS", .mandatory, list.bytes)
        object.section("RUNS", .mandatory, [0])
        let bytes = object.finish()
        #expect(throws: FormatError.badField(field: "bitmap", offset: 12)) {
            try MapSegment.references(parsing: bytes, job: .zero)
        }
    }
}
