import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// Content that has moved by any number of bytes.
@Suite struct ShiftTests {
    private static let size = 2 << 20

    /// What a point may cost beside the bytes that are really new: the blocks at the edges, tables, fingerprints.
    private static let edgeBytes = 3_000

    @Test(
        "an insertion costs its own size, wherever it is", arguments: [0, 1, 1000, 1_000_001, size - 70_000])
    func insertion(at place: Int) throws {
        var random = SeededGenerator(seed: UInt64(place))
        let shipment = try Shipment()
        var bytes = random.bytes(Self.size)
        try shipment.push(try shipment.image(bytes))
        bytes.insert(contentsOf: random.bytes(4097), at: place)
        let result = try shipment.push(try shipment.image(bytes))
        #expect(result.point.counts.shippedBytes < 4097 + Self.edgeBytes)
        #expect(try shipment.restored(2) == bytes)
    }

    @Test("a removal costs next to nothing", arguments: [1, 5000, 600_003])
    func removal(of count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let shipment = try Shipment()
        var bytes = random.bytes(Self.size)
        try shipment.push(try shipment.image(bytes))
        bytes.removeSubrange(700_001..<700_001 + count)
        let result = try shipment.push(try shipment.image(bytes))
        #expect(result.point.counts.shippedBytes < Self.edgeBytes)
        #expect(try shipment.restored(2) == bytes)
    }

    @Test("several insertions and removals cost what they insert", arguments: UInt64(0)..<4)
    func several(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shipment = try Shipment(seed: seed)
        var bytes = random.bytes(Self.size)
        try shipment.push(try shipment.image(bytes))
        var inserted = 0
        for part in 0..<6 {
            let place = part * 340_000 + Int.random(in: 0..<200_000, using: &random)
            if part % 2 == 0 {
                let count = Int.random(in: 1...20_000, using: &random)
                bytes.insert(contentsOf: random.bytes(count), at: place)
                inserted += count
            } else {
                bytes.removeSubrange(place..<place + Int.random(in: 1...20_000, using: &random))
            }
        }
        let result = try shipment.push(try shipment.image(bytes))
        #expect(result.point.counts.shippedBytes < inserted + 6 * Self.edgeBytes)
        #expect(try shipment.restored(2) == bytes)
    }

    @Test("a region that has moved far costs nothing, and neither does what it has passed")
    func movedRegion() throws {
        var random = SeededGenerator(seed: 5)
        let shipment = try Shipment()
        let bytes = random.bytes(5 << 20)
        try shipment.push(try shipment.image(bytes))
        let region = bytes[4_000_017..<4_500_040]
        let moved = bytes[..<500_003] + region + bytes[500_003..<4_000_017] + bytes[4_500_040...]
        let result = try shipment.push(try shipment.image(Array(moved)))
        #expect(result.point.counts.shippedBytes < 4 * Self.edgeBytes)
        #expect(try shipment.restored(2) == Array(moved))
    }

    @Test("a small change within shifted content is a delta of its own size")
    func changesWithin() throws {
        var random = SeededGenerator(seed: 6)
        let shipment = try Shipment()
        var bytes = random.bytes(Self.size)
        try shipment.push(try shipment.image(bytes))
        for change in 0..<20 {
            let place = 100_000 + change * 90_000
            bytes.replaceSubrange(place..<place + 100, with: random.bytes(100))
        }
        bytes.insert(contentsOf: random.bytes(1001), at: 10)
        let result = try shipment.push(try shipment.image(bytes))
        #expect(result.point.counts.shippedBytes < 1001 + 20 * 400 + Self.edgeBytes)
        #expect(try shipment.restored(2) == bytes)
    }

    /// A base that counts what is read of it.
    private final class CountedFile: OpenFileDecorator {
        let base: any OpenFile
        private(set) var readBytes = 0
        init(_ base: any OpenFile) { self.base = base }

        func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
            let got = try base.read(into: &target, at: offset)
            readBytes += got
            return got
        }
    }

    @Test("content that was changed where it stands is not looked for elsewhere")
    func changedInPlace() throws {
        var random = SeededGenerator(seed: 10)
        let shipment = try Shipment()
        var bytes = random.bytes(Self.size)
        let first = try shipment.image(bytes)
        // Something in every block, and nothing else.
        for block in 0..<Self.size / 4096 { bytes[block * 4096 + 17] ^= 1 }
        let image = try shipment.image(bytes)
        let counted = CountedFile(first.file)
        let base = BaseImage(signature: first.signature, file: counted)
        let plan = DeltaPlan(from: base, to: image, Fingerprinter(secret: shipment.job.secret))
        var changed = 0
        try plan.forEachStep { (step) throws(SyncError) in
            guard case .changed(let range, _, _, let old) = step else { return }
            #expect(old == [range])
            changed += 1
        }
        #expect(changed == Self.size / 4096)
        // The bytes of each anchor, one in about 16 KiB.
        #expect(counted.readBytes > 0 && counted.readBytes < Self.size / 8192 * GearScanner.windowBytes)
    }

    @Test("content that has moved is found behind content that was changed where it stands")
    func movedBehindChanged() throws {
        var random = SeededGenerator(seed: 11)
        let shipment = try Shipment()
        var bytes = random.bytes(Self.size)
        try shipment.push(try shipment.image(bytes))
        for block in 0..<128 { bytes[block * 4096 + 17] ^= 1 }
        bytes.insert(contentsOf: random.bytes(999), at: 128 * 4096 + 5)
        let result = try shipment.push(try shipment.image(bytes))
        #expect(result.point.counts.shippedBytes < 999 + 128 * 80 + 2 * Self.edgeBytes)
        #expect(try shipment.restored(2) == bytes)
    }

    @Test("a member that was renamed is found again")
    func renamed() throws {
        var random = SeededGenerator(seed: 7)
        let shipment = try Shipment()
        let (a, b) = (random.bytes(200_000), random.bytes(1_000_001))
        try shipment.push(try shipment.image([("a", a, 8192), ("b", b, 4096)]))
        let image = try shipment.image([("a", a, 8192), ("c", b, 4096)])
        let result = try shipment.push(image)
        #expect(result.point.counts.shippedBytes < 2 * Self.edgeBytes)
        #expect(try shipment.restored(2) == shipment.bytes(of: image))
    }

    /// Fingerprints of what has moved are those of the old grid, so of the block at each edge nothing is known.
    @Test("a host without state compares shifted blocks by their old grid")
    func withoutState() throws {
        var random = SeededGenerator(seed: 8)
        let shipment = try Shipment()
        var bytes = random.bytes(Self.size)
        try shipment.push(try shipment.image(bytes))
        bytes.insert(contentsOf: random.bytes(999), at: 1_000_000)
        try shipment.push(try shipment.image(bytes))
        shipment.kept.bases = [:]
        let unchanged = try shipment.push(try shipment.image(bytes))
        #expect(unchanged.hadLocalBase == false)
        #expect(unchanged.point.counts.changedBlocks == 1)

        shipment.kept.bases = [:]
        bytes[1_500_000] ^= 1
        let changed = try shipment.push(try shipment.image(bytes))
        // The old block that holds the byte lies in two of the new ones.
        #expect(changed.point.counts.changedBlocks == 2 + 1)
        #expect(try shipment.restored(4) == bytes)
    }

    @Test("repeated content is followed without a search that grows", arguments: [1, 64, 4096, 10_000])
    func repeats(period: Int) throws {
        var random = SeededGenerator(seed: UInt64(period))
        let shipment = try Shipment()
        let pattern = random.bytes(period)
        var bytes = pattern
        while bytes.count < 2 << 20 { bytes += bytes }
        try shipment.push(try shipment.image(bytes))
        bytes.insert(contentsOf: random.bytes(777), at: 500_000)
        let result = try shipment.push(try shipment.image(bytes))
        // Where no anchor is in a period, each block is a small delta against its old place.
        #expect(result.point.counts.shippedBytes < 777 + 40_000)
        #expect(try shipment.restored(2) == bytes)
    }

    @Test("blocks that nothing is like are shipped together")
    func unrelated() throws {
        var random = SeededGenerator(seed: 9)
        let shipment = try Shipment()
        var bytes = random.bytes(256 * 4096)
        try shipment.push(try shipment.image(bytes))
        for block in stride(from: 0, to: 256, by: 4) {
            bytes.replaceSubrange(block * 4096..<(block + 1) * 4096, with: random.bytes(4096))
        }
        let result = try shipment.push(try shipment.image(bytes))
        let repository = try Repository(shipment.store(), job: shipment.job.name)
        let map = try LayeredMap(of: result.point, from: repository, state: nil, .memory)
        let segment = try #require(map.segments.first).bytes
        let records = try MapReferences.read(segment, job: shipment.job.id).values.reduce(0) { $0 + $1.count }
        #expect(result.point.counts.changedBlocks == 64)
        #expect(records == 1)
        #expect(try shipment.restored(2) == bytes)
    }

    // Goal of this test: what has moved and changed on the nights around that comes back, however its map was merged.
    @Test("nights around a shift come back", arguments: UInt64(0)..<6)
    func nightsAroundAShift(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shipment = try Shipment(seed: seed, on: MemoryFileSystem())
        let blocks = 1_000
        var bytes = random.bytes(blocks * 4096)
        for night in 0..<6 {
            if night == 2 { bytes.insert(contentsOf: random.bytes(999), at: 1_000) }
            for _ in 0..<(night == 0 || night == 2 ? 0 : blocks / 6) {
                let at = Int.random(in: 0..<bytes.count - 100, using: &random)
                bytes.replaceSubrange(at..<at + 100, with: random.bytes(100))
            }
            try shipment.push(try shipment.image(bytes))
            #expect(try shipment.restored(UInt64(night + 1)) == bytes, "night \(night)")
        }
    }
}
