import ESE
import Platform
import TestSupport
import Testing

@Suite struct PageChecksumTests {
    @Test("the fast sum is the plain one", arguments: UInt64(0)..<24, [1024, 2048, 4096, 8192])
    func fastEqualsPlain(seed: UInt64, bytes: Int) {
        var generator = SeededGenerator(seed: seed)
        let block = Self.block(kind: seed % 4, bytes, &generator)
        let number = UInt32(truncatingIfNeeded: generator.next())
        for isFirst in [true, false] {
            #expect(
                PageChecksum.blockSum(block.span, number: number, isFirst: isFirst)
                    == PlainChecksum.blockSum(block, number: number, isFirst: isFirst))
        }
        #expect(PageChecksum.headerSum(of: block.span) == PlainChecksum.headerSum(block))
    }

    @Test("a block at an odd address sums the same")
    func unaligned() {
        var generator = SeededGenerator(seed: 7)
        let block = generator.bytes(4096)
        let shifted = [0] + block
        let fast = PageChecksum.blockSum(shifted.span.extracting(1..<4097), number: 3, isFirst: true)
        #expect(fast == PlainChecksum.blockSum(block, number: 3, isFirst: true))
    }

    /// Random, sparse, all zero and all ones.
    static func block(kind: UInt64, _ bytes: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        switch kind {
        case 0: return generator.bytes(bytes)
        case 1:
            var block = [UInt8](repeating: 0, count: bytes)
            for _ in 0..<5 {
                block[Int.random(in: 0..<bytes, using: &generator)] = UInt8(generator.next() & 0xFF)
            }
            return block
        case 2: return [UInt8](repeating: 0, count: bytes)
        default: return [UInt8](repeating: 0xFF, count: bytes)
        }
    }
}
