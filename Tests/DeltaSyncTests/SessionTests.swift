import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// What one session with a store costs: round trips to a far end, and readings of the frame index.
@Suite struct SessionTests {
    /// A store that counts how often its indexes are listed.
    private final class CountingStore: ForwardingStore {
        let base: any ObjectStore
        private(set) var indexListings = 0

        init(_ base: any ObjectStore) { self.base = base }

        func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject] {
            if kind == .index { indexListings += 1 }
            return try base.list(kind, job: job)
        }
    }

    private static func nights(_ count: Int, _ shipment: Shipment) throws -> [UInt8] {
        var random = SeededGenerator(seed: 3)
        var bytes = random.bytes(64 * 4096)
        for night in 0..<count {
            bytes.replaceSubrange(night * 8192..<night * 8192 + 4096, with: random.bytes(4096))
            try shipment.push(try shipment.image(bytes), isGated: true)
        }
        return bytes
    }

    /// An unchanged image, as a run pushes it: opened, committed, verified, noted, and its owner looked at.
    @Test func aPushOfAnUnchangedImageTakesSoManyRoundTrips() throws {
        let shipment = try Shipment(seed: 1)
        let bytes = try Self.nights(3, shipment)
        let transport = try PipeTransport(serving: shipment.folder.path + "/store")
        let store = try AgentStore(
            over: transport, label: "agent", dialect: Dialect(toolVersion: "1.0-near"), runID: "r")
        let repository = try Repository(store, job: shipment.job.name)
        let opened = transport.roundTrips
        let result = try shipment.push(try shipment.image(bytes), isGated: true, in: repository)
        let pushed = transport.roundTrips
        let request = CheckRequest(job: shipment.job.name, generation: 4, level: .quick, seed: 4)
        #expect(try store.check(request) { _ in }.isGood)
        let stored = try repository.point(4)
        var note = Note(
            NoteID(.proved, of: 4), point: stored.reference, made: FixedClock().now, maker: "test")
        note.outcome = .good
        try repository.publish(note)
        #expect(try !repository.isForeign(stored))
        _ = try store.space()
        try store.close()
        #expect(result.point.counts.changedBlocks == 0)
        #expect(opened == 5)
        #expect(pushed - opened == 8)
        #expect(transport.roundTrips - pushed == 6)
    }

    @Test func theFrameIndexIsReadOnceASession() throws {
        let shipment = try Shipment(seed: 2)
        let bytes = try Self.nights(3, shipment)
        let store = CountingStore(shipment.store())
        let repository = try Repository(store, job: shipment.job.name)
        for generation in UInt64(1)...3 {
            let point = try repository.point(generation).point
            try ImageReader(point, in: repository, state: nil, .memory).run({ _ in }) { _ in }
            #expect(try DamagedRanges(repository, .memory).find(in: point, damaged: []) == [])
        }
        #expect(store.indexListings == 1)
        // What this session adds is seen.
        var random = SeededGenerator(seed: 4)
        try shipment.push(try shipment.image(bytes + random.bytes(4096)), in: repository)
        let point = try repository.point(4).point
        try ImageReader(point, in: repository, state: nil, .memory).run({ _ in }) { _ in }
        #expect(store.indexListings == 2)
    }
}
