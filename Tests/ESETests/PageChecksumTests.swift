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

    @Test("an untouched page is good", arguments: PageSize.allCases)
    func good(size: PageSize) {
        let page = ESEPage.content(size, number: 9, dbtime: 5, seed: 1)
        #expect(PageChecksum.verdict(of: page.span, number: 9) == .good)
    }

    @Test("only a page of nothing but zeros is blank", arguments: PageSize.allCases)
    func blank(size: PageSize) {
        var page = [UInt8](repeating: 0, count: size.bytes)
        #expect(PageChecksum.verdict(of: page.span, number: 9) == .blank)
        page[size.bytes - 1] = 1
        #expect(!PageChecksum.verdict(of: page.span, number: 9).isGood)
    }

    @Test("a single flipped bit is bad and named", arguments: PageSize.allCases, UInt64(0)..<40)
    func oneBit(size: PageSize, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var page = ESEPage.content(size, number: 9, dbtime: 5, seed: 1)
        let bit = Int.random(in: 64..<size.bytes * 8, using: &generator)
        page[bit / 8] ^= 1 << UInt8(bit % 8)
        let verdict = PageChecksum.verdict(of: page.span, number: 9)
        if bit == 37 * 8 + 5 {
            #expect(!verdict.isGood)
        } else {
            #expect(verdict == .correctable(bits: [bit]))
        }
    }

    @Test("a flip in the stored sum is bad and not correctable", arguments: PageSize.allCases, 0..<64)
    func storedSum(size: PageSize, bit: Int) {
        var page = ESEPage.content(size, number: 9, dbtime: 5, seed: 1)
        page[bit / 8] ^= 1 << UInt8(bit % 8)
        guard case .badChecksum(let mismatch) = PageChecksum.verdict(of: page.span, number: 9) else {
            Issue.record("not bad")
            return
        }
        #expect(mismatch.stored ^ mismatch.computed == 1 << UInt64(bit))
    }

    @Test("a flip in a later block's sum is corrected through block 0", arguments: 40 * 8..<64 * 8)
    func laterSum(bit: Int) {
        var page = ESEPage.content(.kib16, number: 9, dbtime: 5, seed: 1)
        page[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(PageChecksum.verdict(of: page.span, number: 9) == .correctable(bits: [bit]))
    }

    @Test("one flip in each block of a large page is correctable")
    func fourBits() {
        var page = ESEPage.content(.kib32, number: 9, dbtime: 5, seed: 1)
        let bits = [1000, 65536 + 3, 131_072 + 65_535, 196_608 + 77]
        for bit in bits { page[bit / 8] ^= 1 << UInt8(bit % 8) }
        #expect(PageChecksum.verdict(of: page.span, number: 9) == .correctable(bits: bits))
    }

    @Test("two flipped bits in a block are bad", arguments: PageSize.allCases, UInt64(0)..<20)
    func twoBits(size: PageSize, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var page = ESEPage.content(size, number: 9, dbtime: 5, seed: 1)
        let first = Int.random(in: 512..<size.blockBytes * 4, using: &generator)
        let second = Int.random(in: size.blockBytes * 4..<size.blockBytes * 8, using: &generator)
        for bit in [first, second] { page[bit / 8] ^= 1 << UInt8(bit % 8) }
        guard case .badChecksum = PageChecksum.verdict(of: page.span, number: 9) else {
            Issue.record("not bad")
            return
        }
    }

    @Test("a flipped format flag is never corrected", arguments: PageSize.allCases)
    func flag(size: PageSize) {
        var page = ESEPage.content(size, number: 9, dbtime: 5, seed: 1)
        page[37] ^= 0x20
        guard case .badChecksum = PageChecksum.verdict(of: page.span, number: 9) else {
            Issue.record("not bad")
            return
        }
    }

    @Test(
        "a small page in the wrong slot is bad and its own number guessed", arguments: [PageSize.kib4, .kib8])
    func smallMisplaced(size: PageSize) {
        let page = ESEPage.content(size, number: 9, dbtime: 5, seed: 1)
        guard case .badChecksum(let mismatch) = PageChecksum.verdict(of: page.span, number: 10) else {
            Issue.record("not bad")
            return
        }
        #expect(mismatch.perhapsPage == 9)
    }

    @Test("a large page in the wrong slot says whose it is", arguments: [PageSize.kib16, .kib32])
    func largeMisplaced(size: PageSize) {
        let page = ESEPage.content(size, number: 9, dbtime: 5, seed: 1)
        #expect(PageChecksum.verdict(of: page.span, number: 10) == .wrongNumber(writtenFor: 9))
    }

    @Test("a large page with right sums and another number inside is -1118")
    func largeOwnNumber() {
        var page = ESEPage.content(.kib16, number: 9, dbtime: 5, seed: 1)
        page.put(UInt32(12), at: 64)
        let sum = PageChecksum.blockSum(page.span.extracting(0..<4096), number: 9, isFirst: true)
        page.put(sum, at: 0)
        #expect(PageChecksum.verdict(of: page.span, number: 9) == .wrongNumber(writtenFor: 12))
    }

    @Test("old pages are told by their flag", arguments: [PageSize.kib4, .kib8])
    func oldFormat(size: PageSize) {
        var page = ESEPage.content(size, number: 9, dbtime: 5, seed: 1)
        page.put(UInt32(2), at: 36)
        page.sealOldPage(9)
        #expect(page.span.uint32(at: 0) == PlainChecksum.headerSum(page))
        #expect(PageChecksum.verdict(of: page.span, number: 9) == .good)
        #expect(PageChecksum.verdict(of: page.span, number: 8) == .wrongNumber(writtenFor: 9))
        page[1000] ^= 4
        guard case .badChecksum = PageChecksum.verdict(of: page.span, number: 9) else {
            Issue.record("a flip in an old page is not correctable")
            return
        }
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
