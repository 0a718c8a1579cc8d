import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

@Suite struct RoundTripTests {
    /// What a night may do to an image.
    enum Change: CaseIterable {
        case nothing, inPlace, growth, shrink, zeroes, insertion, empty, oneByte, rewrite

        func apply(to bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
            var bytes = bytes
            let middle = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
            switch self {
            case .nothing: break
            case .inPlace:
                for _ in 0..<20 where bytes.count > 600 {
                    let at = Int.random(in: 0..<(bytes.count - 500), using: &random)
                    bytes.replaceSubrange(at..<at + 300, with: random.bytes(300))
                }
            case .growth: bytes += random.bytes(Int.random(in: 1...200_000, using: &random))
            case .shrink: bytes.removeLast(bytes.count - middle)
            case .zeroes:
                let end = min(bytes.count, middle + 100_000)
                bytes.replaceSubrange(middle..<end, with: [UInt8](repeating: 0, count: end - middle))
            case .insertion: bytes.insert(contentsOf: random.bytes(4_097), at: middle)
            case .empty: bytes = []
            case .oneByte: bytes = random.bytes(1)
            case .rewrite: bytes = random.bytes(Int.random(in: 1...500_000, using: &random))
            }
            return bytes
        }
    }

    @Test("every point of a random history comes back byte for byte", arguments: UInt64(0)..<12)
    func history(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shipment = try Shipment(seed: seed)
        var bytes = random.bytes(Int.random(in: 0...1_500_000, using: &random))
        var history = [bytes]
        try shipment.push(try shipment.image(bytes))
        for _ in 0..<14 {
            bytes = (Change.allCases.randomElement(using: &random) ?? .nothing).apply(to: bytes, &random)
            // Now and then this host has lost the image, or everything.
            if Int.random(in: 0..<5, using: &random) == 0 { shipment.kept.bases = [:] }
            try shipment.push(try shipment.image(bytes))
            history.append(bytes)
        }
        for (index, expected) in history.enumerated() {
            #expect(try shipment.restored(UInt64(index + 1)) == expected, "point \(index + 1)")
        }
    }

    @Test("members that move within the image keep their content and cost no data", arguments: UInt64(0)..<6)
    func movedMembers(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shipment = try Shipment(seed: seed)
        var first = random.bytes(300_000)
        let second = random.bytes(700_001)
        let one = try shipment.image([("a", first, 8192), ("b", second, 4096)])
        try shipment.push(one)
        first += random.bytes(50_000)
        let two = try shipment.image([("a", first, 8192), ("b", second, 4096)])
        let result = try shipment.push(two)
        #expect(result.point.counts.shippedBytes < 60_000 + 5_000)
        #expect(try shipment.restored(2) == shipment.bytes(of: two))

        // Everything lost: the signature comes from the store, moved fingerprints with it.
        shipment.kept.bases = [:]
        let three = try shipment.push(try shipment.image([("a", first, 8192), ("b", second, 4096)]))
        #expect(three.hadLocalBase == false)
        #expect(three.point.counts.changedBlocks == 0)
        #expect(try shipment.restored(3) == shipment.bytes(of: two))
    }

    @Test func anUnchangedImageShipsNoObject() throws {
        var random = SeededGenerator(seed: 7)
        let shipment = try Shipment()
        let bytes = random.bytes(100_000)
        try shipment.push(try shipment.image(bytes))
        let second = try shipment.push(try shipment.image(bytes))
        #expect(second.point.counts.shippedBytes == 0)
        #expect(second.point.generation == 2)
        #expect(second.point.segments == (try shipment.push(try shipment.image(bytes))).point.segments)
    }

    @Test func aChangedBlockIsOneDeltaAgainstItsOldContent() throws {
        var random = SeededGenerator(seed: 8)
        let shipment = try Shipment()
        var bytes = random.bytes(64 * 4096)
        try shipment.push(try shipment.image(bytes))
        bytes.replaceSubrange(5000..<5200, with: random.bytes(200))
        let second = try shipment.push(try shipment.image(bytes))
        #expect(second.point.counts.changedBlocks == 1)
        #expect(second.point.counts.shippedBytes < 2_000)
    }

    @Test("a hot block's chain ends with a plain record, and all of it decodes")
    func chainBound() throws {
        var random = SeededGenerator(seed: 9)
        let shipment = try Shipment()
        var bytes = random.bytes(4 * 4096)
        try shipment.push(try shipment.image(bytes))
        var depths: [Int] = []
        for _ in 0..<40 {
            bytes.replaceSubrange(4096..<4196, with: random.bytes(100))
            try shipment.push(try shipment.image(bytes))
            let repository = try Repository(shipment.store(), job: shipment.job.name)
            let head = try #require(try repository.head()).point
            let map = try LayeredMap(of: head, from: repository, state: nil, .memory)
            let entry = try #require(try map.parts(in: 4096..<8192).found.first)
            guard case .record(_, _, _, let depth) = entry.source else { continue }
            depths.append(depth)
        }
        // Block 1: 24 + 1 deltas, then a plain record.
        #expect(depths == Array(1...25) + [0] + Array(1...14))
        #expect(try shipment.restored(41) == bytes)
    }

    @Test func theMapNeverHasMoreThanEightSegments() throws {
        var random = SeededGenerator(seed: 10)
        let shipment = try Shipment()
        var bytes = random.bytes(1 << 20)
        try shipment.push(try shipment.image(bytes))
        for night in 0..<30 {
            // Ever smaller nights are the worst case: no segment is as small as the one on top of it.
            for _ in 0..<max(1, 60 - 2 * night) {
                let at = Int.random(in: 0..<bytes.count - 10, using: &random)
                bytes.replaceSubrange(at..<at + 10, with: random.bytes(10))
            }
            let result = try shipment.push(try shipment.image(bytes))
            #expect(result.point.segments.count <= Point.maximumSegments)
        }
        #expect(try shipment.restored(31) == bytes)
    }
}
