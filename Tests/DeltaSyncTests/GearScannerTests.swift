import Platform
import TestSupport
import Testing

@testable import DeltaSync

@Suite struct GearScannerTests {
    /// The definition, byte by byte over the whole: an anchor is where the hash of the last 64 bytes is below the limit,
    /// and never nearer than the least distance to the one before.
    private func reference(_ bytes: [UInt8]) -> [Int] {
        var found: [Int] = []
        var earliest = GearScanner.windowBytes + 1
        for end in stride(from: earliest, through: bytes.count, by: 1) where end >= earliest {
            var hash: UInt64 = 0
            for byte in bytes[max(0, end - 64)..<end] { hash = hash &<< 1 &+ GearScanner.table[Int(byte)] }
            guard hash < GearScanner.limit else { continue }
            found.append(end)
            earliest = end + GearScanner.leastDistance + 1
        }
        return found
    }

    private func anchors(_ bytes: [UInt8], pieces: Int) -> [Int] {
        var scanner = GearScanner()
        var found: [GearScanner.Anchor] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            let end = min(start + pieces, bytes.count)
            scanner.scan(bytes.span.extracting(start..<end), at: start, into: &found)
        }
        return found.map(\.offset)
    }

    @Test(
        "anchors are those of the definition, however the bytes are cut", arguments: [1 << 20, 4096, 1000, 7])
    func definition(pieces: Int) {
        var random = SeededGenerator(seed: 3)
        let bytes = random.bytes(100_000)
        let expected = reference(bytes)
        #expect(expected.count > 3)
        #expect(anchors(bytes, pieces: pieces) == expected)
    }

    @Test("the same content has the same anchors behind what was put in front of it")
    func resynchronises() {
        var random = SeededGenerator(seed: 4)
        let bytes = random.bytes(1 << 20)
        let front = random.bytes(4097)
        let before = Set(anchors(bytes, pieces: 1 << 16))
        let after = Set(anchors(front + bytes, pieces: 1 << 16).map { $0 - front.count })
        #expect(before.intersection(after).count > before.count / 2)
    }

    @Test("constant bytes have at most one anchor in the least distance", arguments: [UInt8](0...255))
    func constant(byte: UInt8) {
        let bytes = [UInt8](repeating: byte, count: 100_000)
        #expect(anchors(bytes, pieces: 1 << 16).count <= 100_000 / GearScanner.leastDistance)
    }
}
