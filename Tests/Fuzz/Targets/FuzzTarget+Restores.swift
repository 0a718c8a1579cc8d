internal import DeltaSync
internal import Image
internal import OffsiteStore
internal import Platform
internal import TestSupport

extension FuzzTarget {
    static let restores: [FuzzTarget] = [
        // Chunks: frames, of which every record is decoded with its bases.
        FuzzTarget("record", seeds: { [FuzzInput.chunks(try SampleStore.shared.frames)] }) { bytes in
            var input = FuzzInput(bytes)
            guard let sample = try? SampleStore.shared else { return }
            let store = store(frames: &input, sample)
            guard let locations = try? FrameLocations(reading: store, job: sample.job, storeID: Reseal.store),
                var decoder = try? RecordDecoder(store, job: SampleStore.jobName, locations: locations)
            else { return }
            for frame in frames(in: store) {
                for number in frame.records.indices.prefix(64) {
                    guard let decoded = try? decoder.decode(frame.id, number) else { continue }
                    precondition(decoded.count == frame.records[number].length, "a record has its length")
                }
            }
            var graph = RecordGraph(store, job: SampleStore.jobName, locations: locations)
            let roots = Dictionary(
                frames(in: store).map { ($0.id, Set($0.records.indices)) }, uniquingKeysWith: { $1 })
            _ = try? graph.closure(of: roots)
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
            guard let points = try? PointReader(store, job: SampleStore.jobName) else { return }
            if let rebuild = try? ImageRebuild(point, from: store, points, state: nil) {
                try? rebuild.run({ _ in }) { (_) throws(SyncError) in }
            }
            guard let map = try? MapStack(of: point, from: points, state: nil).flattened() else { return }
            _ = try? SignatureRebuild.run(
                point, map, job: sample.job, comparedWith: nil, path: "/s", files: MemoryFileSystem())
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
