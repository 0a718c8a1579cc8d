import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreAgent
import StoreFormat
import TestSupport
import Testing

@Suite struct LaneTests {
    /// Lanes to the folder of a shipment, and what was asked of them.
    private final class Lanes {
        let shipment: Shipment
        let most: Int
        private(set) var openings = 0

        init(_ shipment: Shipment, most: Int) {
            self.shipment = shipment
            self.most = most
        }

        func store() -> LanedStore {
            LanedStore(leading: shipment.store()) { [self] in
                openings += 1
                return (1..<most).map { lane in
                    // Names of temporary files are drawn from the seed: no two sessions share one.
                    LocalStoreService(
                        directory: shipment.folder.path + "/store", files: shipment.files,
                        clock: FixedClock(),
                        entropy: SeededEntropy(seed: 1_000 + UInt64(lane)))
                }
            }
        }
    }

    private func random(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return generator.bytes(count)
    }

    private func packs(_ shipment: Shipment) throws -> [ListedObject] {
        try shipment.store().list(.pack, job: shipment.job.name)
    }

    // Goal of this test: many lanes change where bytes lie, and nothing else.
    @Test(arguments: [2, 4, 7]) func aLargePushIsSpreadAndComesBack(lanes: Int) throws {
        let shipment = try Shipment()
        let open = Lanes(shipment, most: lanes)
        let bytes = random(20 << 20)
        let image = try shipment.image(bytes)
        let result = try shipment.push(image, to: open.store())
        #expect(open.openings == 1)
        // Twenty-one frames, the first nine in the first lane, the others in turn.
        let packs = try packs(shipment)
        #expect(packs.count >= lanes)
        #expect(result.point.counts.shippedBytes > packs.reduce(0) { $0 + $1.length })
        #expect(try shipment.restored(1) == bytes)
    }

    @Test func aSmallPushNeverAsksForLanes() throws {
        let (plain, laned) = (try Shipment(), try Shipment())
        let open = Lanes(laned, most: 4)
        let bytes = random(8 << 20)
        let results = [
            try plain.push(try plain.image(bytes)), try laned.push(try laned.image(bytes), to: open.store()),
        ]
        #expect(open.openings == 0)
        #expect(results[0] == results[1])
        #expect(try packs(plain).map(\.key) == packs(laned).map(\.key))
    }

    @Test func refusedLanesAreDoneWithout() throws {
        let (plain, laned) = (try Shipment(), try Shipment())
        let open = Lanes(laned, most: 1)
        let bytes = random(12 << 20)
        let results = [
            try plain.push(try plain.image(bytes)), try laned.push(try laned.image(bytes), to: open.store()),
        ]
        #expect(open.openings == 1)
        #expect(results[0] == results[1])
    }

    @Test func aFailingLaneFailsThePush() throws {
        let shipment = try Shipment()
        let bytes = random(20 << 20)
        let image = try shipment.image(bytes)
        let store = LanedStore(leading: shipment.store()) {
            // A folder that is not there: every upload into it fails.
            [
                LocalStoreService(
                    directory: shipment.folder.path + "/elsewhere", files: shipment.files,
                    clock: FixedClock(),
                    entropy: SeededEntropy(seed: 5))
            ]
        }
        #expect(throws: SyncError.self) { try shipment.push(image, to: store) }
        #expect(try shipment.store().list(.point, job: shipment.job.name).isEmpty)
        // Nothing stands in the way of the next one.
        try shipment.push(image)
        #expect(try shipment.restored(1) == bytes)
    }
}
