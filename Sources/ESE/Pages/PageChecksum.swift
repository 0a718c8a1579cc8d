internal import Platform

/// The checksums of database pages, headers and log segments (format notes 3).
package enum PageChecksum {
    /// Seed of the sum of headers and old pages; also the database magic.
    package static let seed: UInt32 = 0x89AB_CDEF
    /// Page flag: the sum is in the new format (exclusive or and ECC).
    package static let newFormatFlag: UInt32 = 0x2000
    /// The bit of that flag inside its page; never a correctable bit.
    static let flagBit = 37 * 8 + 5
    /// Where blocks 1 to 3 of a large page keep their sums: 40, 48, 56.
    private static let laterSums = 40

    /// Checks one database page.
    ///
    /// - Parameters:
    ///   - page: One whole page; its length is a ``PageSize``, anything else is a bug of the caller.
    ///   - number: The page's slot, counted from 1. It is part of every sum.
    ///
    /// Allocates nothing unless the page is bad.
    package static func verdict(of page: Span<UInt8>, number: UInt32) -> PageVerdict {
        guard let size = PageSize(rawValue: page.count) else { preconditionFailure("not a page size") }
        if PageKernel.isZero(page) { return .blank }
        let flags = PageKernel.load(page, at: 36, as: UInt32.self)
        guard flags & newFormatFlag != 0 else { return oldVerdict(page, size, number) }
        for block in 0..<size.blockCount
        where storedSum(page, block) != sum(ofBlock: block, of: page, size, number) {
            return diagnose(page, size, number, failing: block)
        }
        guard size.isLarge else { return .good }
        let written = PageKernel.load(page, at: 64, as: UInt32.self)
        return written == number ? .good : .wrongNumber(writtenFor: written)
    }

    /// The sum that the first word of a header must hold: seed and all later words, exclusive or.
    ///
    /// - Parameter block: One whole header, a multiple of 64 bytes.
    package static func headerSum(of block: Span<UInt8>) -> UInt32 {
        seed ^ PageKernel.wordXor(block) ^ block.uint32(at: 0)
    }

    /// True when a header's first word holds its sum.
    package static func isHeaderSumRight(_ block: Span<UInt8>) -> Bool {
        block.uint32(at: 0) == headerSum(of: block)
    }

    /// The new-format sum of one block of 1 to 8 KiB; also that of a log segment.
    ///
    /// - Parameter isFirst: True when the block begins with the place of its own sum, which counts as zero.
    package static func blockSum(_ block: Span<UInt8>, number: UInt32, isFirst: Bool) -> UInt64 {
        PageKernel.blockSum(block, skippingFirstWord: isFirst) ^ UInt64(number)
    }

    static func storedSum(_ page: Span<UInt8>, _ block: Int) -> UInt64 {
        PageKernel.load(page, at: block == 0 ? 0 : laterSums + (block - 1) * 8, as: UInt64.self)
    }

    static func sum(ofBlock block: Int, of page: Span<UInt8>, _ size: PageSize, _ number: UInt32) -> UInt64 {
        let start = block * size.blockBytes
        return blockSum(
            page.extracting(start..<start + size.blockBytes), number: number, isFirst: block == 0)
    }

    /// Old pages hold their number in word 1, inside the sum; nothing is correctable (3.3).
    private static func oldVerdict(_ page: Span<UInt8>, _ size: PageSize, _ number: UInt32) -> PageVerdict {
        let computed = headerSum(of: page)
        let isSumRight = page.uint32(at: 0) == computed
        // Large pages never had this format: the flag itself is damaged there.
        if isSumRight && !size.isLarge {
            return page.uint32(at: 4) == number ? .good : .wrongNumber(writtenFor: page.uint32(at: 4))
        }
        let expected = UInt64(number) << 32 | UInt64(computed)
        return .badChecksum(PageMismatch(block: 0, stored: page.uint64(at: 0), computed: expected))
    }

    /// Names what is wrong with a new-format page; block `failing` is the first whose sum does not match.
    private static func diagnose(
        _ page: Span<UInt8>, _ size: PageSize, _ number: UInt32, failing: Int
    ) -> PageVerdict {
        if let bits = flippedBits(page, size, number) { return .correctable(bits: bits) }
        var writtenFor = otherNumber(page, size, number, block: 0)
        for block in 1..<max(2, size.blockCount)
        where size.isLarge && otherNumber(page, size, number, block: block) != writtenFor {
            writtenFor = nil
        }
        if let writtenFor, size.isLarge, page.uint32(at: 64) == writtenFor {
            return .wrongNumber(writtenFor: writtenFor)
        }
        return .badChecksum(
            PageMismatch(
                block: failing, stored: storedSum(page, failing),
                computed: sum(ofBlock: failing, of: page, size, number), perhapsPage: writtenFor))
    }

    /// The page number for which a block's sum would be right.
    ///
    /// The ECC leaves the number out, so such a sum differs in its lower half only.
    private static func otherNumber(
        _ page: Span<UInt8>, _ size: PageSize, _ number: UInt32, block: Int
    ) -> UInt32? {
        let difference = storedSum(page, block) ^ sum(ofBlock: block, of: page, size, number)
        return difference >> 32 == 0 ? UInt32(truncatingIfNeeded: difference) ^ number : nil
    }

    /// The single flipped bit of each block that fails, when flipping them makes every sum right (3.6).
    private static func flippedBits(_ page: Span<UInt8>, _ size: PageSize, _ number: UInt32) -> [Int]? {
        var bits: [Int] = []
        var repaired = page.array(0..<page.count)
        for block in 0..<size.blockCount {
            // A bit mended in block 0 may be one of a later block's stored sum.
            let stored = storedSum(repaired.span, block)
            let computed = sum(ofBlock: block, of: page, size, number)
            if stored == computed { continue }
            guard let bit = flippedBit(stored, computed, blockBytes: size.blockBytes) else { return nil }
            if block == 0 && bit == flagBit { return nil }
            let position = block * size.blockBytes * 8 + bit
            bits.append(position)
            repaired[position / 8] ^= 1 << UInt8(position % 8)
        }
        for block in 0..<size.blockCount
        where storedSum(repaired.span, block) != sum(ofBlock: block, of: repaired.span, size, number) {
            return nil
        }
        return bits
    }

    /// The one bit whose flip explains the difference of two sums of a block.
    static func flippedBit(_ stored: UInt64, _ computed: UInt64, blockBytes: Int) -> Int? {
        let difference = stored ^ computed
        let ecc = UInt32(truncatingIfNeeded: difference >> 32)
        let mask = UInt32(blockBytes * 8 - 1)
        let words = UInt32(truncatingIfNeeded: difference)
        guard (ecc >> 16 ^ ecc) & mask == mask, words.nonzeroBitCount == 1 else { return nil }
        let bit = Int(ecc & 0xFFFF)
        return bit < blockBytes * 8 ? bit : nil
    }
}
