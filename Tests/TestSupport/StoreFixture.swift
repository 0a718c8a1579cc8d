package import OffsiteStore
package import Platform
internal import StoreAgent
package import StoreFormat

/// A job in a store, its points built from seeded bytes with nothing but the object formats.
///
/// Images are rows of 4 KiB blocks in two extents. A point changes some blocks: most become deltas of what
/// they were, some plain records, some zero.
package final class StoreFixture {
    package static let blockSize = 4096
    package let store: any ObjectStore
    package let storeID: Identifier
    package let job: JobObject
    /// Between the readings of the source for two points.
    package var intervalSeconds: Int64 = 0
    /// Content of each committed image, the first point's first.
    package private(set) var images: [[UInt8]] = []
    package private(set) var points: [StoredPoint] = []
    /// Names of the packs that each point brought.
    package private(set) var packs: [[Digest256]] = []
    private let isSet: Bool
    private var generator: SeededGenerator
    private var segments: [MapSegment] = []

    /// Makes the store and the job in it.
    ///
    /// - Parameter isSet: Whether its images are sets, of one member, `db.edb`, behind one block of structure.
    package init(
        on store: any ObjectStore, seed: UInt64, job name: Name = .valid("mdb01"), isSet: Bool = true
    ) throws {
        self.isSet = isSet
        var generator = SeededGenerator(seed: seed)
        self.store = store
        storeID = Identifier(high: generator.next(), low: generator.next())
        job = JobObject(
            id: Identifier(high: generator.next(), low: generator.next()), name: name,
            secret: generator.bytes(Fingerprinter.secretBytes), created: Timestamp(seconds: 1_795_000_000))
        self.generator = generator
        _ = try store.initialise(StoreObject(id: storeID, created: Timestamp(seconds: 1_795_000_000)))
        _ = try store.publishJob(name, job.encoded(store: storeID))
    }

    /// Everything one push ships.
    package struct Shipment {
        package var packs: [(name: Digest256, bytes: [UInt8])] = []
        package var index = PackIndex([])
        package var segment: MapSegment
        package var point: Point
        package var image: [UInt8] = []
    }

    /// Ships and commits the next point.
    @discardableResult
    package func addPoint(blocks: Int = 24, changing count: Int = 6) throws -> StoredPoint {
        let shipment = try next(blocks: blocks, changing: count)
        try upload(shipment)
        return try commit(shipment)
    }

    package func upload(_ shipment: Shipment) throws {
        // An agent wants the lock for an index; a test that holds it already keeps it.
        let locks = store is AgentStore && (try? store.lockForPush(job.name, holder: "fixture")) != nil
        defer { if locks { store.unlockPush(job.name) } }
        for pack in shipment.packs {
            let upload = try store.beginUpload(.pack, job: job.name)
            for start in stride(from: 0, to: pack.bytes.count, by: 10_000) {
                try upload.append(Array(pack.bytes[start..<min(start + 10_000, pack.bytes.count)]))
            }
            try upload.finish(pack.name)
        }
        _ = try store.put(.map, job: job.name, shipment.segment.bytes)
        _ = try store.put(.index, job: job.name, shipment.index.encoded(job: job.id, store: storeID))
    }

    @discardableResult
    package func commit(_ shipment: Shipment) throws -> StoredPoint {
        let bytes = shipment.point.encoded(job: job.id, store: storeID)
        // An agent wants the lock; a test that holds it already keeps it.
        let locks = store is AgentStore && (try? store.lockForPush(job.name, holder: "fixture")) != nil
        defer { if locks { store.unlockPush(job.name) } }
        let receipt = try store.commit(bytes, generation: shipment.point.generation, job: job.name)
        let stored = try Repository(store, job: job.name).point(shipment.point.generation)
        guard stored.receipt == receipt else { throw FormatError.digestMismatch(of: "receipt") }
        images.append(shipment.image)
        points.append(stored)
        packs.append(shipment.packs.map { $0.name })
        segments = Array(([shipment.segment] + segments).prefix(shipment.point.segments.count))
        return stored
    }

    /// Builds the next point without sending anything.
    package func next(blocks: Int = 24, changing count: Int = 6) throws -> Shipment {
        let old = images.last ?? []
        var plan = ShipmentPlan(
            push: generator.next(), old: old, oldMap: segments, job: job, isSet: isSet)
        if old.isEmpty {
            for block in 0..<blocks {
                if block % 7 == 3 {
                    plan.zero(block)
                } else {
                    try plan.plain(block, Self.compressible(&generator), isStored: block % 5 == 0)
                }
            }
        } else {
            let total = old.count / Self.blockSize
            var chosen = Array(0..<total).shuffled(using: &generator).prefix(count).sorted()
            let last = chosen.popLast()
            for (number, block) in chosen.enumerated() {
                if number % 3 == 2 {
                    try plan.plain(block, Self.compressible(&generator), isStored: false)
                } else {
                    var content = Array(old[block * Self.blockSize..<(block + 1) * Self.blockSize])
                    let at = Int.random(in: 0..<Self.blockSize - 100, using: &generator)
                    content.replaceSubrange(at..<at + 100, with: generator.bytes(100))
                    try plan.delta(block, content)
                }
            }
            if let last { plan.zero(last) }
        }
        var shipment = try plan.finish(parent: points.last, segments: segments.map(\.name))
        let age = Int64(points.count) * intervalSeconds
        shipment.point.sourceTime = Timestamp(seconds: shipment.point.sourceTime.seconds + age)
        return shipment
    }

    /// Bytes that zstd can make something of.
    private static func compressible(_ generator: inout SeededGenerator) -> [UInt8] {
        let line = generator.bytes(64)
        return (0..<blockSize / 128).flatMap { _ in line + generator.bytes(64) }
    }
}
