import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// Frames of which indexed packs have copies that differ: a point comes back as long as some copy of each block is right.
@Suite struct DifferingCopiesTests {
    /// What the other copies are.
    enum Forgery: CaseIterable, Sendable {
        /// Other bytes, more of them: by length alone the forged copy counts.
        case longer
        /// Other bytes, fewer of them.
        case shorter
        /// Every other frame longer in one pack, the rest shorter in another.
        case longerAndShorter
        /// Two packs of which one has every other frame right, and one the rest.
        case mixedPacks
        /// Two packs of which one has every other record right, and one the rest; the honest packs are gone.
        case mixedRecords
        /// The copy that counts cannot be read.
        case unreadable
        /// A table with fewer records than the map refers to.
        case fewerRecords
    }

    /// A job of five nights, most of whose blocks are deltas.
    private struct Sample {
        let files = MemoryFileSystem()
        let shipment: Shipment
        let storeID: Identifier
        private(set) var history: [[UInt8]] = []
        private var random: SeededGenerator

        init(seed: UInt64) throws {
            random = SeededGenerator(seed: seed)
            shipment = try Shipment(seed: seed, on: files)
            storeID = try Repository(shipment.store(), job: shipment.job.name).storeID
            var bytes = random.bytes(40 * 4096)
            for night in 0..<5 {
                for block in stride(from: night, to: night == 0 ? 0 : 40, by: 3) {
                    bytes.replaceSubrange(block * 4096 + 50..<block * 4096 + 90, with: random.bytes(40))
                }
                // A few that are new.
                bytes.replaceSubrange(night * 8192..<night * 8192 + 4096, with: random.bytes(4096))
                history.append(bytes)
                try shipment.push(try shipment.image(bytes))
            }
        }

        var packs: [PackIndex.Pack] {
            get throws {
                let store = shipment.store()
                return try store.list(.index, job: shipment.job.name).sorted { $0.key.path < $1.key.path }
                    .flatMap { object in
                        let bytes = try store.whole(object, limit: PackIndex.maximumBytes)
                        return try PackIndex(parsing: bytes, job: shipment.job.id, store: storeID).packs
                    }
            }
        }

        func frames() throws -> [Frame] {
            let store = shipment.store()
            return try packs.flatMap { pack in
                try pack.frames.map { entry in
                    try Frame(
                        parsing: try store.read(
                            .pack(shipment.job.name, pack.name), at: entry.offset, count: entry.length))
                }
            }
        }

        /// Puts a pack of these frames into the store, and an index of it, as whoever has the disk can.
        @discardableResult
        func put(_ frames: [[UInt8]], of originals: [Frame]) throws -> Digest256 {
            var builder = PackBuilder(job: shipment.job.id)
            var bytes: [UInt8] = []
            for (frame, original) in zip(frames, originals) {
                bytes += builder.add(frame, id: original.id, records: original.records.count)
            }
            let (tail, name, footer) = builder.finish()
            bytes += tail
            let store = shipment.store()
            _ = try store.put(.pack, job: shipment.job.name, bytes)
            let index = PackIndex([.init(name: name, length: bytes.count, frames: footer.entries)])
            _ = try store.put(
                .index, job: shipment.job.name, index.encoded(job: shipment.job.id, store: storeID))
            return name
        }

        /// A frame some of whose records are other bytes.
        mutating func forged(
            _ frame: Frame, extra: Int = 0, where isForged: (Int) -> Bool = { _ in true }
        ) -> [UInt8] {
            var builder = FrameBuilder(frame.id)
            for (number, record) in frame.records.enumerated() {
                guard isForged(number) else {
                    _ = builder.append(record, payload: frame.withPayload(number) { [UInt8](copying: $0) })
                    continue
                }
                let length = extra < 0 ? 1 : record.length + extra
                _ = builder.append(
                    Record(
                        codec: .stored, imageOffset: record.imageOffset, length: length, storedBytes: length),
                    payload: random.bytes(length))
            }
            return builder.finish()
        }

        func same(_ frame: Frame) -> [UInt8] { frame.bytes }

        mutating func forge(_ forgery: Forgery) throws {
            let frames = try frames()
            let even = frames.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            let odd = frames.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            switch forgery {
            case .longer: try put(frames.map { forged($0, extra: 100) }, of: frames)
            case .shorter: try put(frames.map { forged($0, extra: -1) }, of: frames)
            case .longerAndShorter:
                try put(even.map { forged($0, extra: 100) }, of: even)
                try put(odd.map { forged($0, extra: -1) }, of: odd)
            case .mixedPacks:
                try put(even.map(same) + odd.map { forged($0, extra: 100) }, of: even + odd)
                try put(odd.map(same) + even.map { forged($0, extra: 100) }, of: odd + even)
            case .mixedRecords:
                let old = try packs
                try put(frames.map { forged($0) { $0 % 2 == 0 } }, of: frames)
                try put(frames.map { forged($0) { $0 % 2 == 1 } }, of: frames)
                for pack in old { try files.remove(shipment.path(.pack(shipment.job.name, pack.name))) }
            case .unreadable:
                let name = try put(frames.map { forged($0, extra: 100) }, of: frames)
                try shipment.damage(shipment.path(.pack(shipment.job.name, name))) { bytes in
                    for at in stride(from: 60, to: bytes.count - 2_000, by: 40) { bytes[at] ^= 1 }
                }
            case .fewerRecords:
                var builders: [[UInt8]] = []
                for frame in frames {
                    var builder = FrameBuilder(frame.id)
                    for record in frame.records.dropLast() {
                        let payload = random.bytes(record.length + 5_000)
                        _ = builder.append(
                            Record(
                                codec: .stored, imageOffset: 0, length: payload.count,
                                storedBytes: payload.count), payload: payload)
                    }
                    builders.append(builder.finish())
                }
                try put(builders, of: frames)
            }
        }
    }

    @Test("every point comes back from whichever copies are right", arguments: Forgery.allCases, [1, 2, 3])
    func restore(forgery: Forgery, seed: UInt64) throws {
        var sample = try Sample(seed: seed)
        try sample.forge(forgery)
        for (number, image) in sample.history.enumerated() {
            #expect(try sample.shipment.restored(UInt64(number + 1)) == image, "point \(number + 1)")
        }
        // A part of an image, as comparisons read it.
        let store = sample.shipment.store()
        let repository = try Repository(store, job: sample.shipment.job.name)
        let reader = try ImageReader(try repository.point(5).point, in: repository, state: nil, .memory)
        #expect(try reader.bytes(0..<40 * 4096) == sample.history[4])
    }

    @Test("the copies are damage by name, no point is, and no collection runs", arguments: Forgery.allCases)
    func named(forgery: Forgery) throws {
        var sample = try Sample(seed: 4)
        try sample.forge(forgery)
        let report = try sample.shipment.check(.full)
        #expect(report.damage.allSatisfy { $0.object.hasPrefix("jobs/mdb01/packs/") })
        // A pack that cannot be read is damage by its own name, of all points that it counts for.
        if forgery != .unreadable {
            let named = report.damage.filter { $0.reason.contains("another content than jobs/mdb01/packs/") }
            #expect(!named.isEmpty, "\(report.damage)")
            if forgery != .mixedRecords { #expect(report.damage.flatMap(\.points) == []) }
        }
        var request = CollectRequest(job: sample.shipment.job.name, maker: "owner")
        request.graceSeconds = 0
        let store = sample.shipment.store()
        let error = #expect(throws: StoreError.self) { try store.collect(request) }
        #expect(error?.kind == .corrupt)
        store.close()
        for (number, image) in sample.history.enumerated() {
            #expect(try sample.shipment.restored(UInt64(number + 1)) == image)
        }
    }

    @Test func whereNoCopyIsRightTheDamageIsTold() throws {
        var sample = try Sample(seed: 5)
        let frames = try sample.frames()
        let old = try sample.packs
        try sample.put(frames.map { sample.forged($0, extra: 100) }, of: frames)
        try sample.put(frames.map { sample.forged($0) }, of: frames)
        for pack in old {
            try sample.files.remove(sample.shipment.path(.pack(sample.shipment.job.name, pack.name)))
        }
        for generation in UInt64(1)...5 {
            let error = #expect(throws: SyncError.self) { try sample.shipment.restored(generation) }
            #expect(error == .damaged("byte 0 of the image is not what its fingerprint says"))
        }
    }
}
