import Image
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

@Suite struct MapWalkerTests {
    private static let blockSize = 512
    private static let blocks = 200
    private static let anyDigest = Digest256([UInt8](repeating: 0, count: Digest256.byteCount).span)

    private static func layer(_ random: inout SeededGenerator, push: UInt64, whole: Bool) throws -> MapSegment
    {
        var entries: [MapEntry] = []
        for block in 0..<blocks where whole || Int.random(in: 0..<3, using: &random) == 0 {
            let isZero = Int.random(in: 0..<3, using: &random) == 0
            entries.append(
                MapEntry(
                    offset: block * blockSize, length: blockSize,
                    source: isZero
                        ? .zero
                        : .record(
                            frame: FrameID(push: push, counter: 1), record: block, offset: 0,
                            depth: Int.random(in: 0..<5, using: &random))))
        }
        return try MapSegment.made(entries, job: .zero)
    }

    /// However little is looked up and handed out at once, it is what the map says, and never much more than asked for.
    @Test(arguments: UInt64(0)..<20)
    func piecesInSmallPortionsAreThoseOfTheMap(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let layers = [
            try Self.layer(&random, push: 3, whole: false), try Self.layer(&random, push: 2, whole: false),
            try Self.layer(&random, push: 1, whole: true),
        ]
        let stack = LayeredMap(layers)
        let end = Self.blocks * Self.blockSize
        let layout = try ImageLayout([
            Extent(key: .init(.data, ""), offset: 0, length: end, blockSize: Self.blockSize)
        ])
        let point = Point(
            generation: 1, parent: nil, kind: .full, health: .good, sourceTime: FixedClock().now,
            layout: layout, imageDigest: Self.anyDigest, counts: .init(), toolVersion: "1",
            segments: layers.map(\.name), sourceFacts: [])
        let ranges = [0..<0, 0..<40 * 512, 50 * 512..<51 * 512, 60 * 512..<end]
        var limits = MapWalker.Limits()
        limits.records = Int.random(in: 1...20, using: &random)
        limits.windowBlocks = Int.random(in: 1...9, using: &random)
        var pieces = MapWalker(stack, ranges, point, limits)
        var all: [MapEntry] = []
        while let some = try pieces.next() {
            let records = some.dropLast().reduce(0) { sum, piece in
                guard case .record(_, _, _, let depth) = piece.source else { return sum + 1 }
                return sum + 1 + depth
            }
            #expect(records < limits.records)
            all += some
        }
        let expected = try ranges.flatMap { try stack.parts(in: $0).found }
        #expect(MapEntry.coalesced(all) == MapEntry.coalesced(expected))
    }

    @Test func zerosOverManyWindowsAreOnePiece() throws {
        let end = 1 << 50
        let map = LayeredMap([
            try MapSegment.made([MapEntry(offset: 0, length: end, source: .zero)], job: .zero)
        ])
        let layout = try ImageLayout([
            Extent(key: .init(.data, ""), offset: 0, length: end, blockSize: 1 << 20)
        ])
        let point = Point(
            generation: 1, parent: nil, kind: .full, health: .good, sourceTime: FixedClock().now,
            layout: layout, imageDigest: Self.anyDigest, counts: .init(), toolVersion: "1",
            segments: map.segments.map(\.name), sourceFacts: [])
        var pieces = MapWalker(map, [0..<end], point)
        #expect(try pieces.next() == [MapEntry(offset: 0, length: end, source: .zero)])
        #expect(try pieces.next() == nil)
    }
}
