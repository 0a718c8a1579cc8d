import DeltaSync
import Image
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

@Suite struct FullComparisonTests {
    private static let blockSize = 4096
    /// With a secret that is the same everywhere, XXH3 does not see two of its stripes change places.
    private static let weakSecret = [UInt8](repeating: 5, count: Fingerprinter.secretBytes)

    private func bytes(_ blocks: Int, seed: UInt64 = 3) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return generator.bytes(blocks * Self.blockSize + 77)
    }

    /// Other bytes with the same fingerprint under the weak secret.
    private func collide(_ bytes: inout [UInt8], block: Int) {
        let start = block * Self.blockSize
        let stripe = Array(bytes[start..<start + 64])
        bytes.replaceSubrange(start..<start + 64, with: bytes[start + 64..<start + 128])
        bytes.replaceSubrange(start + 64..<start + 128, with: stripe)
    }

    @Test func aCollisionIsFoundAndShipped() throws {
        let shipment = try Shipment(secret: Self.weakSecret)
        let before = bytes(200)
        var after = before
        for block in [0, 7, 150] { collide(&after, block: block) }
        #expect(after != before)
        let first = try shipment.image(before)
        try shipment.push(first)
        let second = try shipment.image(after)
        #expect(second.signature.digest == first.signature.digest)
        // Fingerprints alone see nothing.
        #expect(try shipment.push(second, keep: false).point.counts.changedBlocks == 0)
        #expect(try shipment.restored(2) == before)
        let result = try shipment.push(second, keep: false, comparesFully: true)
        #expect(result.comparison?.collisions == [0, 7, 150].map { $0 * Self.blockSize })
        #expect(result.comparison?.damagedBase == [])
        #expect(result.comparison?.comparedBytes == after.count)
        // No change of the source that the gate would judge.
        #expect(result.point.counts.changedBlocks == 0)
        #expect(result.point.counts.shippedBytes > 3 * Self.blockSize)
        #expect(try shipment.restored(3) == after)
    }

    @Test func aCollisionInAMemberThatHasMovedIsFound() throws {
        let shipment = try Shipment(secret: Self.weakSecret)
        let big = bytes(60)
        var changed = big
        collide(&changed, block: 31)
        try shipment.push(try shipment.image([("a", bytes(2, seed: 8), 4096), ("b", big, 4096)]))
        let image = try shipment.image([("a", bytes(5, seed: 9), 4096), ("b", changed, 4096)])
        let result = try shipment.push(image, comparesFully: true)
        #expect(result.comparison?.collisions.count == 1)
        #expect(try shipment.restored(2) == shipment.bytes(of: image))
    }

    @Test func aDamagedBaseIsToldFromACollision() throws {
        let shipment = try Shipment()
        let before = bytes(100)
        let first = try shipment.image(before)
        try shipment.push(first)
        try first.file.write([0xAA, 0xBB].span, at: 42 * Self.blockSize + 9)
        var after = before
        after[5] ^= 1
        let second = try shipment.image(after)
        let result = try shipment.push(second, comparesFully: true)
        #expect(result.comparison?.damagedBase == [42 * Self.blockSize])
        #expect(result.comparison?.collisions == [])
        #expect(try shipment.restored(2) == after)
    }

    @Test func anImageThatIsNotWhatItsSignatureSaysIsNotShipped() throws {
        let shipment = try Shipment()
        let before = bytes(100)
        try shipment.push(try shipment.image(before))
        let second = try shipment.image(before)
        try second.file.write([0xAA, 0xBB].span, at: 42 * Self.blockSize + 9)
        let error = #expect(throws: SyncError.self) { try shipment.push(second, comparesFully: true) }
        guard case .imageChanged(_, let offset)? = error, offset == 42 * Self.blockSize else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try shipment.push(second, comparesFully: false).comparison == nil)
    }

    @Test func aFirstPointHasNothingToCompareWith() throws {
        let shipment = try Shipment()
        #expect(try shipment.push(try shipment.image(bytes(3)), comparesFully: true).comparison == nil)
    }

    @Test func whenItWasDoneIsRemembered() throws {
        let shipment = try Shipment()
        let target = Name.valid("vault")
        let time = Timestamp(seconds: 1_795_312_804)
        #expect(shipment.state().compared(target) == nil)
        try shipment.state().rememberCompared(target, at: time)
        #expect(shipment.state().compared(target) == time)
        try shipment.state().forget(target)
        #expect(shipment.state().compared(target) == nil)
    }
}
