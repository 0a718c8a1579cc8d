internal import BitCollections
internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat
internal import TestSupport

extension FuzzTarget {
    static let restores: [FuzzTarget] = [
        // Chunks: frames, of which every record is decoded with its bases.
        FuzzTarget("record", seeds: { [FuzzInput.chunks(try SampleStore.shared.frames)] }) { bytes in
            var input = FuzzInput(bytes)
            guard let sample = try? SampleStore.shared else { return }
            let store = store(frames: &input, sample)
            guard let repository = try? Repository(store, job: SampleStore.jobName),
                let locations = try? repository.frames(),
                var decoder = try? RecordDecoder(budget: 1 << 20)
            else { return }
            let all = frames(in: store)
            var parts: [FrameID: RecordParts] = [:]
            for frame in all { parts[frame.id] = try? RecordParts(frame, request(frame, [])) }
            for frame in all {
                for (number, record) in frame.records.enumerated().prefix(64) {
                    var decoded: [UInt8] = []
                    let address = RecordAddress(frame.id, number)
                    do throws(SyncError) {
                        try decoder.append(0..<record.length, of: address, from: parts, to: &decoded)
                        precondition(decoded.count == record.length, "a record has its length")
                    } catch {}
                }
            }
            var graph = RecordDependencies(repository, locations)
            let roots = Dictionary(
                frames(in: store).map { ($0.id, BitSet($0.records.indices)) }, uniquingKeysWith: { $1 })
            _ = try? graph.closure(of: roots)
        },
        // A byte of which records and parts of them are wanted, then what an agent sends of a sample's frame.
        FuzzTarget("record-parts", seeds: { try partsSeeds() }) { bytes in
            var input = FuzzInput(bytes)
            let choice = input.byte()
            guard let frame = try? sampleFrame() else { return }
            let request = request(
                frame, choice & 1 == 0 ? [] : [1..<9, 16..<17 + Int(choice)])
            guard let parts = try? RecordParts(parsing: input.rest(), request),
                var decoder = try? RecordDecoder(budget: 1 << 20)
            else { return }
            for number in frame.records.indices {
                var decoded: [UInt8] = []
                try? decoder.append(
                    1..<9, of: RecordAddress(frame.id, number), from: [frame.id: parts], to: &decoded)
            }
        },
        // Chunks: a point, a byte of how many map segments follow and those, frames.
        FuzzTarget("rebuild", seeds: { [try rebuildSeed()] }) { bytes in
            var input = FuzzInput(bytes)
            guard let sample = try? SampleStore.shared else { return }
            let pointBytes = Reseal.object(input.chunk(), as: .point, store: Reseal.store)
            guard var point = try? Point(parsing: pointBytes, job: Reseal.job, store: Reseal.store),
                // As long as its image by right.
                point.layout.length <= 1 << 20, point.layout.blockCount <= 1 << 14
            else { return }
            point.segments = []
            let segmentCount = Int(input.byte() % 9)
            var maps: [(Digest256, [UInt8])] = []
            for _ in 0..<segmentCount {
                let map = Reseal.object(input.chunk(), as: .map)
                let name = SHA256Hasher.hash(map.span)
                maps.append((name, map))
                point.segments.append(Point.Segment(name: name, length: map.count))
            }
            let store = store(frames: &input, sample)
            for (name, map) in maps { store[.map(SampleStore.jobName, name)] = map }
            guard let repository = try? Repository(store, job: SampleStore.jobName) else { return }
            if let rebuild = try? ImageReader(point, in: repository, state: nil, .memory) {
                try? rebuild.run({ _ in }) { (_) throws(SyncError) in }
            }
            guard let runs = try? LayeredMap(of: point, from: repository, state: nil, .memory).runs() else {
                return
            }
            _ = try? SignatureRebuild.run(
                point, runs, job: sample.job, comparedWith: nil, path: "/s", files: MemoryFileSystem())
        },
    ]

    /// A store of the sample's job, its frames those of the input in one pack.
    private static func store(frames input: inout FuzzInput, _ sample: SampleStore) -> ArrayStore {
        let store = ArrayStore()
        store[.store] = StoreObject(id: Reseal.store, created: FixedClock().now).encoded
        store[.job(SampleStore.jobName)] = sample.job.encoded(store: Reseal.store)
        var builder = PackBuilder(job: Reseal.job)
        var pack: [UInt8] = []
        while !input.isAtEnd {
            let frame = Reseal.frame(input.chunk())
            var reader = ByteReader(frame)
            guard let id = try? FrameID(parsing: &reader), frame.count >= Frame.headerBytes else { continue }
            pack += builder.add(frame, id: id, records: Int(min(frame.span.uint32(at: 20), 1 << 16)))
        }
        guard !pack.isEmpty else { return store }
        let (tail, name, _) = builder.finish()
        store[.pack(SampleStore.jobName, name)] = pack + tail
        return store
    }

    /// All records of a frame, of each the given ranges.
    private static func request(_ frame: Frame, _ ranges: [Range<Int>]) -> RecordRequest {
        RecordRequest(
            job: SampleStore.jobName, pack: SHA256Hasher.hash([UInt8(0)].span),
            place: PackFooter.Entry(
                frame: frame.id, offset: 0, length: frame.storedBytes, records: frame.records.count),
            wanted: frame.records.indices.map { RecordRequest.Wanted(number: $0, ranges: ranges) })
    }

    private static func sampleFrame() throws -> Frame {
        try Frame(parsing: try SampleStore.shared.frames.first ?? [])
    }

    /// The whole frame, and its records as they are stored (docs/format/protocol.md, section 5).
    private static func partsSeeds() throws -> [[UInt8]] {
        let frame = try sampleFrame()
        var writer = ByteWriter()
        writer.uint8(1)
        frame.id.encode(into: &writer)
        let table = RecordTable.encode(frame.records)
        writer.varint(table.count)
        writer.append(table)
        for record in frame.records {
            writer.uint8(0)
            writer.varint(record.storedBytes)
        }
        for number in frame.records.indices { frame.withPayload(number) { writer.append($0) } }
        return [
            [0, 0] + (try SampleStore.shared.frames.first ?? []), [0] + writer.bytes, [33] + writer.bytes,
        ]
    }

    private static func frames(in store: ArrayStore) -> [Frame] {
        store.list(.pack, job: SampleStore.jobName).flatMap { object -> [Frame] in
            guard let pack = store[object.key] else { return [] }
            let footer = try? PackTail.footer(length: pack.count, job: Reseal.job, format: { $0 }) {
                (offset, count) throws(FormatError) in
                Array(pack[offset..<offset + count])
            }
            return (footer?.entries ?? []).compactMap {
                try? Frame(parsing: Array(pack[$0.offset..<$0.offset + $0.length]))
            }
        }
    }

    private static func rebuildSeed() throws -> [UInt8] {
        let sample = try SampleStore.shared
        let point = Array((sample.objects("/points/").last ?? []).dropLast(Receipt.byteCount))
        let parsed = try Point(parsing: point, job: Reseal.job, store: Reseal.store)
        let maps = parsed.segments.compactMap { sample.objects("store/jobs/mdb01/maps/\($0.name)").first }
        return FuzzInput.chunks([point]) + [UInt8(maps.count)] + FuzzInput.chunks(maps + sample.frames)
    }
}
