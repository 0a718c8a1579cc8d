internal import Platform
internal import Restore
internal import StoreFormat
internal import TestSupport

extension FuzzTarget {
    static let maps: [FuzzTarget] = [
        FuzzTarget("map", seeds: { try SampleStore.shared.objects(".map") }) { bytes in
            _ = try? MapSegment(parsing: bytes, job: Reseal.job)
            readMap(Reseal.object(bytes, as: .map))
        },
        // Up to eight segments, newest first, whose fields are chosen one by one.
        FuzzTarget("map-stack", seeds: { stackSeeds }) { bytes in
            var input = FuzzInput(bytes)
            var segments: [MapSegment] = []
            while !input.isAtEnd, segments.count < Point.maximumSegments {
                let object = mapObject(&input)
                guard let segment = try? MapSegment(parsing: object, job: Reseal.job) else { continue }
                segments.append(segment)
            }
            use(LayeredMap(segments))
        },
    ]

    private static func readMap(_ object: [UInt8]) {
        _ = try? MapReferences.read(object, job: Reseal.job)
        guard let segment = try? MapSegment(parsing: object, job: Reseal.job),
            let entries = try? segment.allEntries
        else { return }
        guard let again = try? MapSegment.made(entries, segment.runs, job: Reseal.job),
            let written = try? again.bytes, let read = try? again.allEntries
        else { preconditionFailure("a map segment can be written again") }
        let third = try? MapSegment.made(read, again.runs, job: Reseal.job).bytes
        precondition(read == MapEntry.coalesced(entries) && third == written, "a map segment reads back")
        precondition(
            (try? MapReferences.read(written, job: Reseal.job)) != nil, "what it refers to reads back")
        use(LayeredMap([segment]))
    }

    /// What a push and a restore do with a point's map.
    private static func use(_ stack: LayeredMap) {
        guard let runs = try? stack.runs() else { return }
        let layers = stack.segments.compactMap { try? $0.allEntries }
        for pieces in layers.map({ $0.map { ($0.offset, $0.end) } }) + [runs.map { ($0.offset, $0.end) }] {
            var end = 0
            for piece in pieces {
                precondition(piece.0 >= end && piece.1 > piece.0, "pieces are sorted and apart")
                end = piece.1
            }
        }
        let starts = Set(
            layers.flatMap { $0.flatMap { [$0.offset, $0.end] } } + runs.flatMap { [$0.offset, $0.end] })
        var lookup = FingerprintLookup(runs)
        for start in starts.sorted().prefix(256) {
            for length in [1, 64, 4096] {
                guard let (found, gaps) = try? stack.parts(in: start..<start + length) else { continue }
                let covered = found.reduce(0) { $0 + $1.length } + gaps.reduce(0) { $0 + $1.count }
                precondition(covered == length, "entries are cut at any byte")
                for entry in found { _ = entry.moved(by: -start, keeping: entry.offset..<entry.end) }
                _ = try? lookup.content(of: start..<start + length)
            }
        }
        guard let job = try? SampleStore.shared.job,
            let layer = try? MapSegment.made(
                [MapEntry(offset: 0, length: 64, source: .zero)],
                [FingerprintRun(offset: 0, length: 64, blockSize: 64, source: .moved(from: 128))], job: job.id
            ),
            let (grown, _) = try? stack.adding(layer, job: job, .memory)
        else { return }
        precondition(grown.segments.count <= Point.maximumSegments, "a stack stays small")
    }

    /// A map object with two frames, and as many entries and runs as the input asks for.
    private static func mapObject(_ input: inout FuzzInput) -> [UInt8] {
        var frames = FrameList()
        _ = frames.position(of: FrameID(push: 1, counter: 0))
        _ = frames.position(of: FrameID(push: 1, counter: 1))
        var list = ByteWriter()
        frames.encode(into: &list)
        var entries = ByteWriter()
        let entryCount = Int(input.byte() & 31)
        entries.varint(entryCount)
        for _ in 0..<entryCount {
            entries.varint(input.number())
            entries.varint(input.number())
            let frame = input.byte() % 3
            entries.varint(Int(frame))
            guard frame > 0 else { continue }
            for _ in 0..<3 { entries.varint(input.number()) }
        }
        var runs = ByteWriter()
        var prints = ByteWriter()
        let runCount = Int(input.byte() & 31)
        runs.varint(runCount)
        for _ in 0..<runCount {
            let (offset, length, blockSize) = (input.number(), input.number(), input.number())
            runs.varint(offset)
            runs.varint(length)
            runs.varint(blockSize)
            let kind = Int(input.byte() % 3)
            runs.varint(kind)
            if kind == 2 { runs.varint(input.number()) }
            if kind == 1, length > 0, blockSize > 0, (length - 1) / blockSize < 256 {
                for _ in 0...(length - 1) / blockSize { prints.append(Fingerprint(low: 1, high: 2)) }
            }
        }
        var object = ObjectBuilder(ObjectHeader(.map, job: Reseal.job))
        object.section("FRMS", .mandatory, list.bytes)
        object.section("ENTS", .mandatory, entries.bytes)
        object.section("RUNS", .mandatory, runs.bytes)
        object.section("FPRT", .mandatory, prints.bytes)
        return object.finish()
    }

    private static var stackSeeds: [[UInt8]] {
        let layer: [UInt8] = [
            3, 0, 64, 0, 0, 64, 1, 5, 0, 0, 64, 64, 2, 6, 7, 1,  // zero, record, gap and record
            3, 0, 100, 32, 0, 0, 100, 32, 1, 20, 90, 32, 2, 16,  // zero, blocks, moved
        ]
        return [layer, layer + layer + layer]
    }
}
