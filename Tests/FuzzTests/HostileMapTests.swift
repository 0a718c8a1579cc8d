import Glibc
import Image
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// Maps that parse and mean harm.
@Suite struct HostileMapTests {
    private static func layer(_ runs: [FingerprintRun]) throws -> MapSegment {
        try MapSegment.made([], runs, job: .zero)
    }

    @Test func aMapWhoseRunsAllMoveOneRangeIsRefused() throws {
        let below = try Self.layer(
            (0..<1000).map {
                FingerprintRun(offset: $0 * 128, length: 64, blockSize: 64, source: .zero)
            })
        let above = try Self.layer(
            (0..<1000).map {
                FingerprintRun(
                    offset: $0 * 128_000, length: 128_000, blockSize: 64, source: .moved(from: 0))
            })
        let error = #expect(throws: SyncError.self) { try LayeredMap([above, below]).runs() }
        #expect(error?.description == "a map: fingerprint runs is 74000, above the limit of 73536")
    }

    @Test func mapsThatMoveEveryRangeOnceStayWhole() throws {
        let below = (0..<20_000).map {
            FingerprintRun(offset: $0 * 64, length: 64, blockSize: 64, source: .zero)
        }
        let above = (0..<20_000).map {
            FingerprintRun(offset: $0 * 64 + 7, length: 64, blockSize: 64, source: .moved(from: $0 * 64))
        }
        let runs = try LayeredMap([try Self.layer(above), try Self.layer(below)]).runs()
        #expect(runs.count == 20_000)
    }

    @Test func aMapRefersToNoRecordThatAFrameCannotHave() throws {
        let frame = FrameID(push: 1, counter: 1)
        let entry = MapEntry(
            offset: 0, length: 1,
            source: .record(frame: frame, record: Frame.maximumRecords, offset: 0, depth: 0))
        #expect(
            throws: ImageError.format(
                .overLimit(field: "record", value: 65_536, limit: 65_535), path: "/.hybridrep-\(getpid())-0")
        ) { try MapSegment.made([entry], [], job: .zero) }
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
            try MapReferences.read(bytes, job: .zero)
        }
    }
}
