import Platform
import StoreFormat
import TestSupport
import Testing

/// Layers of a map against a plain array with one element a byte.
@Suite struct LayerTests {
    private static let imageBytes = 400

    private static func pieces(_ generator: inout SeededGenerator, grid: Int) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var end = 0
        while true {
            let start = end + Int.random(in: 0..<6, using: &generator) * grid
            let stop = start + Int.random(in: 1...8, using: &generator) * grid
            guard stop <= imageBytes else { return pieces }
            if Bool.random(using: &generator) { pieces.append(start..<stop) }
            end = stop
        }
    }

    private static func entries(_ generator: inout SeededGenerator, layer: UInt64) -> [MapEntry] {
        pieces(&generator, grid: 1).enumerated().map { number, range in
            MapEntry(
                offset: range.lowerBound, length: range.count,
                source: number % 5 == 4
                    ? .zero
                    : .record(
                        frame: FrameID(push: layer, counter: UInt64(number)), record: number,
                        offset: Int.random(in: 0..<100, using: &generator), depth: 0))
        }
    }

    /// What each byte of the image is, as (frame, record, byte in the record); nil where nothing is said.
    private static func paint(_ entries: [MapEntry], on model: inout [MapEntry.Source?]) {
        for entry in entries {
            for byte in entry.offset..<entry.end {
                switch entry.source {
                case .zero: model[byte] = .zero
                case .record(let frame, let record, let offset, let depth):
                    model[byte] = .record(
                        frame: frame, record: record, offset: offset + byte - entry.offset, depth: depth)
                }
            }
        }
    }

    @Test(arguments: UInt64(0)..<200)
    func newerEntriesHideOlderOnesByteByByte(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var model = [MapEntry.Source?](repeating: nil, count: Self.imageBytes)
        var map = try MapSegment.made(job: .zero)
        for layer in 0..<UInt64(4) {
            let entries = Self.entries(&generator, layer: layer)
            Self.paint(entries, on: &model)
            let segment = try MapSegment.made(entries, job: .zero)
            map = try segment.merged(over: map, runLimit: 0, job: .zero, .memory)
            let merged = try map.allEntries
            for (left, right) in zip(merged, merged.dropFirst()) { #expect(left.end <= right.offset) }
            var found = [MapEntry.Source?](repeating: nil, count: Self.imageBytes)
            Self.paint(merged, on: &found)
            #expect(found == model)
        }
    }

    @Test(arguments: UInt64(0)..<100)
    func partsAndGapsCoverARangeExactly(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let entries = Self.entries(&generator, layer: 1)
        var model = [MapEntry.Source?](repeating: nil, count: Self.imageBytes)
        Self.paint(entries, on: &model)
        let low = Int.random(in: 0..<Self.imageBytes, using: &generator)
        let range = low..<Int.random(in: low...Self.imageBytes, using: &generator)
        let (parts, gaps) = Layer.parts(of: entries, in: range)
        var found = [MapEntry.Source?](repeating: nil, count: Self.imageBytes)
        Self.paint(parts, on: &found)
        #expect(Array(found[range]) == Array(model[range]))
        #expect(found.enumerated().allSatisfy { range.contains($0.offset) || $0.element == nil })
        let covered = gaps.flatMap { Array($0) } + parts.flatMap { Array($0.offset..<$0.end) }
        #expect(covered.sorted() == Array(range))
    }

    // MARK: Fingerprints

    /// What is known of each block.
    private typealias Known = PlainMap.Print

    private static func known(_ runs: [FingerprintRun]) throws -> [Known] { try PlainMap([], runs).prints }

    private static func runs(_ generator: inout SeededGenerator, movable: Bool) -> [FingerprintRun] {
        pieces(&generator, grid: 4).map { range in
            let blockSize = [4, 8, 12].randomElement(using: &generator) ?? 4
            let count = (range.count + blockSize - 1) / blockSize
            let source: FingerprintRun.Source =
                switch Int.random(in: 0..<(movable ? 4 : 3), using: &generator) {
                case 0: .zero
                case 3:
                    .moved(
                        from: Int.random(in: 0...(imageBytes - range.count) / 4, using: &generator) * 4)
                default:
                    .blocks(
                        (0..<count).map { _ in Fingerprint(low: generator.next(), high: 0) })
                }
            return FingerprintRun(
                offset: range.lowerBound, length: range.count, blockSize: blockSize, source: source)
        }
    }

    /// Whole blocks of `older` that no run of `newer` touches, and those of `newer`; a moved run gives the
    /// whole blocks that `older` has in its source, and points below where `older` has no run at all.
    private static func model(_ newer: [FingerprintRun], over older: [FingerprintRun]) throws -> Set<Known> {
        let below = try known(older)
        var result = Set(
            below.filter { block in
                newer.allSatisfy { $0.end <= block.offset || $0.offset >= block.offset + block.length }
            })
        for run in newer {
            guard case .moved(let from) = run.source else {
                result.formUnion(try known([run]))
                continue
            }
            for block in below where block.offset >= from && block.offset + block.length <= from + run.length
            {
                result.insert(
                    Known(
                        offset: block.offset - from + run.offset, length: block.length, content: block.content
                    ))
            }
        }
        return result
    }

    @Test(arguments: UInt64(0)..<300)
    func onlyWholeBlocksSurviveBelowNewerRuns(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let older = Self.runs(&generator, movable: false)
        let newer = Self.runs(&generator, movable: true)
        let found = try FingerprintRun.overlay(newer, over: older, limit: .max)
        for (left, right) in zip(found, found.dropFirst()) { #expect(left.end <= right.offset) }
        // What still points below stands where `older` says nothing, and is looked at on its own.
        let blocks = try Self.known(
            found.filter { if case .moved = $0.source { false } else { true } })
        #expect(try Set(blocks) == Self.model(newer, over: older))
        for run in found {
            guard case .moved(let from) = run.source else { continue }
            #expect(Layer.parts(of: older, in: from..<from + run.length).gaps == [from..<from + run.length])
        }
    }

    /// The case that once brought back a fingerprint from two layers down.
    @Test func aPartOfABlockThatMovedIsUnknownAndNotOlder() throws {
        let print = { (value: UInt64) in Fingerprint(low: value, high: 0) }
        let bottom = [
            FingerprintRun(offset: 0, length: 16, blockSize: 8, source: .blocks([print(1), print(2)]))
        ]
        let middle = [FingerprintRun(offset: 0, length: 16, blockSize: 16, source: .blocks([print(3)]))]
        let top = [FingerprintRun(offset: 32, length: 8, blockSize: 8, source: .moved(from: 8))]
        let above = try FingerprintRun.overlay(top, over: middle, limit: .max)
        let merged = try FingerprintRun.overlay(above, over: bottom, limit: .max)
        #expect(try Self.known(merged) == Self.known(middle))
    }

    private static func segment(_ runs: [FingerprintRun]) throws -> MapSegment {
        try MapSegment.made([], runs, job: .zero)
    }

    /// All layers from the bottom on, laid over each other at once.
    private static func laid(_ layers: [[FingerprintRun]]) throws -> Set<Known> {
        var result: [FingerprintRun] = []
        for layer in layers { result = try FingerprintRun.overlay(layer, over: result, limit: .max) }
        return try Set(known(result.filter { if case .moved = $0.source { false } else { true } }))
    }

    // Goal of this test: no block has a fingerprint that it had not before segments were merged.
    @Test(arguments: UInt64(0)..<300) func mergingBringsNothingBack(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let layers = (0..<5).map { Self.runs(&generator, movable: $0 > 0) }
        let expected = try Self.laid(layers)
        var stack = layers
        while stack.count > 1 {
            let above = Int.random(in: 1..<stack.count, using: &generator)
            let merged = try Self.segment(stack[above]).merged(
                over: try Self.segment(stack[above - 1]), runLimit: .max, job: .zero, .memory)
            stack.replaceSubrange(above - 1...above, with: [merged.runs])
            // What a merged one knows may be less at its edges, and is never anything else.
            #expect(try Self.laid(stack).isSubset(of: expected), "\(stack.count) left")
        }
    }
}
