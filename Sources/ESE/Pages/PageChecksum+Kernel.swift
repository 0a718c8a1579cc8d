/// The loops over page bytes: the only unsafe code of this module.
///
/// Every entry takes a span whose length it checks, and reads nothing else. The plain versions that these are
/// compared with stand in the tests. No entry allocates.
enum PageKernel {
    /// Eight 64-bit words, 512 bit positions.
    private typealias Row = SIMD8<UInt64>
    private static let rowBytes = 64
    /// Rows folded by one turn of the main loop.
    private static let groupRows = 8

    /// True when every byte is zero; `bytes.count` is a multiple of 64.
    static func isZero(_ bytes: Span<UInt8>) -> Bool {
        precondition(bytes.count % rowBytes == 0 && !bytes.isEmpty, "pages are whole rows")
        return unsafe bytes.withUnsafeBytes { raw in
            unsafe isZero(unsafe raw)
        }
    }

    /// The exclusive or of all little-endian 32-bit words; `bytes.count` is a multiple of 64.
    static func wordXor(_ bytes: Span<UInt8>) -> UInt32 {
        precondition(bytes.count % rowBytes == 0, "blocks are whole rows")
        return unsafe bytes.withUnsafeBytes { raw in
            var total = Row.zero
            var offset = 0
            while offset < raw.count {
                total ^= unsafe row(raw, offset)
                offset += rowBytes
            }
            let word = fold(total)
            return UInt32(truncatingIfNeeded: word ^ word >> 32)
        }
    }

    /// What the new page format stores for one block, before the page number is mixed in.
    ///
    /// The upper half is the ECC, the lower half the exclusive or of all words (format notes 3.4). With
    /// `skippingFirstWord` the first eight bytes, where a page keeps its sum, count as zero.
    ///
    /// Each index bit of a row has its own accumulator: the exclusive or of the rows whose index has that bit.
    /// The parity of an accumulator is then that bit of the exclusive or of all positions. Three bits are
    /// folded as a tree over eight rows, the bits above by the parity of each group.
    static func blockSum(_ block: Span<UInt8>, skippingFirstWord: Bool) -> UInt64 {
        precondition(block.count >= 1024 && block.count <= 8192, "a block is 1 to 8 KiB")
        precondition(block.count & (block.count - 1) == 0, "a block is a power of two")
        return unsafe block.withUnsafeBytes { raw in
            unsafe blockSum(unsafe raw, skippingFirstWord: skippingFirstWord)
        }
    }

    private static func isZero(_ raw: UnsafeRawBufferPointer) -> Bool {
        // Written pages are told from blank ones in their first row nearly always.
        guard unsafe row(raw, 0) == .zero else { return false }
        var seen = Row.zero
        var offset = rowBytes
        while offset < raw.count {
            seen |= unsafe row(raw, offset)
            offset += rowBytes
        }
        return seen == .zero
    }

    private static func blockSum(_ raw: UnsafeRawBufferPointer, skippingFirstWord: Bool) -> UInt64 {
        var total = Row.zero
        var bit0 = Row.zero
        var bit1 = Row.zero
        var bit2 = Row.zero
        var groupIndex: UInt32 = 0
        var group: UInt32 = 0
        var offset = 0
        while offset < raw.count {
            let r1 = unsafe row(raw, offset + 64)
            let r3 = unsafe row(raw, offset + 192)
            let r5 = unsafe row(raw, offset + 320)
            let r7 = unsafe row(raw, offset + 448)
            let s0 = unsafe row(raw, offset) ^ r1
            let s1 = unsafe row(raw, offset + 128) ^ r3
            let s2 = unsafe row(raw, offset + 256) ^ r5
            let s3 = unsafe row(raw, offset + 384) ^ r7
            bit0 ^= r1 ^ r3 ^ r5 ^ r7
            bit1 ^= s1 ^ s3
            let upper = s2 ^ s3
            bit2 ^= upper
            let sum = s0 ^ s1 ^ upper
            total ^= sum
            groupIndex ^= group & (0 &- parity(fold(sum)))
            group += 1
            offset += rowBytes * groupRows
        }
        // The skipped word lies in row 0 of group 0, which no index accumulator holds.
        if skippingFirstWord { total[0] ^= unsafe raw.loadUnaligned(as: UInt64.self) }
        let word = fold(total)
        let row = parity(fold(bit0)) | parity(fold(bit1)) << 1 | parity(fold(bit2)) << 2 | groupIndex << 3
        let low = row << 9 | lanePositions(total) << 6 | bitPositions(word)
        let mask = UInt32(truncatingIfNeeded: raw.count * 8 - 1)
        let high = low ^ (mask & (0 &- parity(word)))
        let xor = UInt32(truncatingIfNeeded: word ^ word >> 32)
        return UInt64(high << 16 | low) << 32 | UInt64(xor)
    }

    /// The exclusive or of the numbers of the lanes that have odd parity.
    private static func lanePositions(_ row: Row) -> UInt32 {
        parity(row[1] ^ row[3] ^ row[5] ^ row[7]) | parity(row[2] ^ row[3] ^ row[6] ^ row[7]) << 1
            | parity(row[4] ^ row[5] ^ row[6] ^ row[7]) << 2
    }

    /// The exclusive or of the numbers of the bits that are set.
    private static func bitPositions(_ word: UInt64) -> UInt32 {
        parity(word & 0xAAAA_AAAA_AAAA_AAAA) | parity(word & 0xCCCC_CCCC_CCCC_CCCC) << 1
            | parity(word & 0xF0F0_F0F0_F0F0_F0F0) << 2 | parity(word & 0xFF00_FF00_FF00_FF00) << 3
            | parity(word & 0xFFFF_0000_FFFF_0000) << 4 | parity(word >> 32) << 5
    }

    private static func parity(_ word: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: word.nonzeroBitCount) & 1
    }

    private static func fold(_ row: Row) -> UInt64 {
        let half = row.lowHalf ^ row.highHalf
        let quarter = half.lowHalf ^ half.highHalf
        return quarter[0] ^ quarter[1]
    }

    private static func row(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> Row {
        unsafe raw.loadUnaligned(fromByteOffset: offset, as: Row.self)
    }
}
