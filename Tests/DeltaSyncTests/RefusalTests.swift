import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

@Suite struct RefusalTests {
    @Test func anImageThatChangesWhileItIsShippedMakesNoPoint() throws {
        var random = SeededGenerator(seed: 1)
        let shipment = try Shipment()
        let image = try shipment.image(random.bytes(100_000))
        try image.file.write(random.bytes(10).span, at: 50_000)
        #expect(throws: SyncError.imageChanged(path: image.file.path, offset: 49_152)) {
            try shipment.push(image)
        }
        #expect(try Repository(shipment.store(), job: shipment.job.name).head() == nil)
        #expect(try shipment.files.list(shipment.folder.path + "/store/jobs/mdb01/tmp").isEmpty)
    }

    @Test func anotherStoreUnderTheSameNameIsNoticed() throws {
        let shipment = try Shipment()
        try shipment.push(try shipment.image([1, 2, 3]))
        let state = shipment.state()
        let memory = try #require(state.target(shipment.target))
        try state.remember(
            TargetMemory(
                store: .zero, generation: memory.generation, digest: memory.digest,
                full: memory.full), of: shipment.target)
        let error = #expect(throws: SyncError.self) { try shipment.push(try shipment.image([1, 2, 4])) }
        #expect(error?.description == "target vault is another store than the one this job was shipped to")
    }

    @Test func anOlderCopyOfTheStoreIsNoticed() throws {
        let shipment = try Shipment()
        try shipment.push(try shipment.image([1, 2, 3]))
        let memory = try #require(shipment.state().target(shipment.target))
        try shipment.state().remember(
            TargetMemory(
                store: memory.store, generation: 2, digest: memory.digest, full: memory.full),
            of: shipment.target)
        let error = #expect(throws: SyncError.self) { try shipment.push(try shipment.image([1, 2, 4])) }
        #expect(error?.description == "target vault has lost point 2: an older copy of the store?")
    }

    @Test func aStoreAtItsLastGenerationGetsNoPoint() throws {
        let shipment = try Shipment()
        let result = try shipment.push(try shipment.image([1, 2, 3]))
        let storeID = try Repository(shipment.store(), job: shipment.job.name).storeID
        var point = result.point
        point.generation = .max
        let memory = try #require(shipment.state().target(shipment.target))
        point.parent = memory.reference
        let bytes = point.encoded(job: shipment.job.id, store: storeID)
        let receipt = Receipt(received: FixedClock().now, object: SHA256Hasher.hash(bytes.span))
        let path = "\(shipment.folder.path)/store/\(ObjectKey.point(shipment.job.name, .max).path)"
        try shipment.files.open(path, .create).write((bytes + receipt.encoded).span, at: 0)
        let error = #expect(throws: SyncError.self) { try shipment.push(try shipment.image([1, 2, 4])) }
        #expect(error?.description == "no point can follow generation 18446744073709551615 of vault")
    }

    @Test func aSecondPushWaitsOutsideTheLock() throws {
        let shipment = try Shipment()
        let other = shipment.store()
        try other.lockForPush(shipment.job.name, holder: "pid 7 on host h")
        let error = #expect(throws: SyncError.self) { try shipment.push(try shipment.image([1])) }
        #expect(error?.description == "lock job mdb01: held by pid 7 on host h")
        other.close()
        try shipment.push(try shipment.image([1]))
    }

    @Test("one flipped byte anywhere in a pack is never restored as content", arguments: UInt64(0)..<40)
    func flippedPackByte(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shipment = try Shipment(seed: seed)
        var bytes = random.bytes(60_000) + [UInt8](repeating: 7, count: 60_000)
        try shipment.push(try shipment.image(bytes))
        bytes.replaceSubrange(100..<200, with: random.bytes(100))
        try shipment.push(try shipment.image(bytes))
        let packs = try shipment.store().list(.pack, job: shipment.job.name)
        let pack = try #require(packs.randomElement(using: &random))
        let file = try shipment.files.open(shipment.folder.path + "/store/" + pack.key.path, .update)
        let at = Int.random(in: 0..<pack.length, using: &random)
        let byte = try file.bytes(at: at, count: 1)[0]
        try file.write([byte ^ 1 << UInt8.random(in: 0..<8, using: &random)].span, at: at)

        // Restored right or not at all; and the check of the store names the pack either way.
        if let restored = try? shipment.restored(2) { #expect(restored == bytes) }
        let report = try shipment.store().check(
            CheckRequest(job: shipment.job.name, generation: nil, level: .full, seed: 1)
        ) { _ in }
        #expect(report.damage.map(\.object).contains(pack.key.path))
    }
}
