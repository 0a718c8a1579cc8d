/// The loops over page bytes: the only unsafe code of this module.
///
/// Every entry takes a span whose length it checks, and reads nothing else. The plain versions that these are
/// compared with stand in the tests. No entry allocates.
enum PageKernel {
    /// Eight 64-bit words, for the sums that need no positions.
    private typealias WideRow = SIMD8<UInt64>
    private static let wideRowBytes = 64
    /// One register of the oldest x86-64: four 32-bit words, 128 bit positions.
    ///
    /// Rows of 64-bit words are slower there: the compiler takes them apart into general registers.
    private typealias Row = SIMD4<UInt32>
    private static let rowBytes = 16
    /// Rows folded by one turn of the main loop.
    private static let groupRows = 32
    private static let groupBytes = rowBytes * groupRows
    /// Groups in the largest block.
    private static let maximumGroups = 16

    /// True when every byte is zero; `bytes.count` is a multiple of 64.
    static func isZero(_ bytes: Span<UInt8>) -> Bool {
        precondition(bytes.count % wideRowBytes == 0 && !bytes.isEmpty, "pages are whole rows")
        return unsafe bytes.withUnsafeBytes { raw in
            unsafe isZero(unsafe raw)
        }
    }

    /// True when both have the same bytes; their counts are the same multiple of 64.
    static func isSame(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        precondition(left.count == right.count && left.count % wideRowBytes == 0, "two whole pages")
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                var difference = WideRow.zero
                var offset = 0
                while offset < left.count {
                    difference |= unsafe wideRow(left, offset) ^ wideRow(right, offset)
                    offset += wideRowBytes
                }
                return difference == .zero
            }
        }
    }

    /// The little-endian integer from `offset`, in one load; traps past the end.
    @inline(__always)
    static func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: Span<UInt8>, at offset: Int, as type: Value.Type
    ) -> Value {
        precondition(offset >= 0 && offset <= bytes.count - MemoryLayout<Value>.size, "inside the page")
        return unsafe bytes.withUnsafeBytes { raw in
            Value(littleEndian: unsafe raw.loadUnaligned(fromByteOffset: offset, as: type))
        }
    }

    /// The exclusive or of all little-endian 32-bit words; `bytes.count` is a multiple of 64.
    static func wordXor(_ bytes: Span<UInt8>) -> UInt32 {
        precondition(bytes.count % wideRowBytes == 0, "blocks are whole rows")
        return unsafe bytes.withUnsafeBytes { raw in
            var total = WideRow.zero
            var offset = 0
            while offset < raw.count {
                total ^= unsafe wideRow(raw, offset)
                offset += wideRowBytes
            }
            let word = fold(total)
            return UInt32(truncatingIfNeeded: word ^ word >> 32)
        }
    }

    /// Computes the checksum of one block in the new page format, before the page number is mixed in.
    ///
    /// The upper half is the ECC, the lower half the exclusive or of all words (format notes 3.4). With
    /// `skippingFirstWord` the first eight bytes, where a page keeps its sum, count as zero.
    ///
    /// Each index bit of a row has its own accumulator: the exclusive or of the rows whose index has that bit.
    /// The parity of an accumulator is then that bit of the exclusive or of all positions. Five bits are folded
    /// as a tree over the rows of a group, the bits above by the same tree over the sums of the groups.
    static func blockSum(_ block: Span<UInt8>, skippingFirstWord: Bool) -> UInt64 {
        precondition(block.count >= 1024 && block.count <= 8192, "a block is 1 to 8 KiB")
        precondition(block.count & (block.count - 1) == 0, "a block is a power of two")
        return unsafe block.withUnsafeBytes { raw in
            unsafe blockSum(unsafe raw, skippingFirstWord: skippingFirstWord)
        }
    }

    private static func isZero(_ raw: UnsafeRawBufferPointer) -> Bool {
        // Written pages are told from blank ones in their first row nearly always.
        guard unsafe wideRow(raw, 0) == .zero else { return false }
        var seen = WideRow.zero
        var offset = wideRowBytes
        while offset < raw.count {
            seen |= unsafe wideRow(raw, offset)
            offset += wideRowBytes
        }
        return seen == .zero
    }

    private static func blockSum(_ raw: UnsafeRawBufferPointer, skippingFirstWord: Bool) -> UInt64 {
        var bits = RowBits()
        var bit3 = Row.zero
        var bit4 = Row.zero
        var groups = InlineArray<16, Row>(repeating: .zero)
        let count = min(raw.count / groupBytes, maximumGroups)
        for group in 0..<count {
            let offset = group * groupBytes
            let sum0 = unsafe bits.foldEight(raw, offset)
            let sum1 = unsafe bits.foldEight(raw, offset + 8 * rowBytes)
            let sum2 = unsafe bits.foldEight(raw, offset + 16 * rowBytes)
            let sum3 = unsafe bits.foldEight(raw, offset + 24 * rowBytes)
            let upper = sum2 ^ sum3
            bit3 ^= sum1 ^ sum3
            bit4 ^= upper
            groups[group] = sum0 ^ sum1 ^ upper
        }
        var left = count
        var position: UInt32 = 12
        var low = parity(bits.bit0) << 7 | parity(bits.bit1) << 8 | parity(bits.bit2) << 9
        low |= parity(bit3) << 10 | parity(bit4) << 11
        while left > 1 {
            left /= 2
            var odd = Row.zero
            for index in 0..<left {
                let second = unsafe groups[unchecked: 2 * index + 1]
                odd ^= second
                unsafe groups[unchecked: index] = unsafe groups[unchecked: 2 * index] ^ second
            }
            low |= parity(odd) << position
            position += 1
        }
        // The skipped words lie in row 0 of group 0, which no index accumulator holds.
        var total = groups[0]
        if skippingFirstWord {
            total ^= Row(lowHalf: unsafe raw.loadUnaligned(as: SIMD2<UInt32>.self), highHalf: .zero)
        }
        let odd = total[1] ^ total[3]
        let word = total[0] ^ total[2] ^ odd
        let half = halves(word)
        // Of each 16 bits the parity: bits 4, 5 and 6 of the position, and that of the whole block.
        let upper = parities(
            UInt64(word >> 16) | halves(odd) << 16 | halves(total[2] ^ total[3]) << 32 | half << 48)
        low |= parities(half &* 0x0001_0001_0001_0001 & 0xFF00_F0F0_CCCC_AAAA) | (upper & 7) << 4
        let mask = UInt32(truncatingIfNeeded: raw.count * 8 - 1)
        let high = low ^ (mask & (0 &- upper >> 3))
        return UInt64(high << 16 | low) << 32 | UInt64(word)
    }

    /// The accumulators of the three lowest bits of a row's index.
    private struct RowBits {
        var bit0 = Row.zero
        var bit1 = Row.zero
        var bit2 = Row.zero

        /// Takes the eight rows from `offset` and returns their exclusive or.
        @inline(__always)
        mutating func foldEight(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> Row {
            let row1 = unsafe PageKernel.row(raw, offset + 16)
            let row3 = unsafe PageKernel.row(raw, offset + 48)
            let row5 = unsafe PageKernel.row(raw, offset + 80)
            let row7 = unsafe PageKernel.row(raw, offset + 112)
            let sum0 = unsafe PageKernel.row(raw, offset) ^ row1
            let sum1 = unsafe PageKernel.row(raw, offset + 32) ^ row3
            let sum2 = unsafe PageKernel.row(raw, offset + 64) ^ row5
            let sum3 = unsafe PageKernel.row(raw, offset + 96) ^ row7
            bit0 ^= row1 ^ row3 ^ row5 ^ row7
            bit1 ^= sum1 ^ sum3
            let upper = sum2 ^ sum3
            bit2 ^= upper
            return sum0 ^ sum1 ^ upper
        }
    }

    /// The exclusive or of a word's halves.
    private static func halves(_ word: UInt32) -> UInt64 { UInt64((word ^ word >> 16) & 0xFFFF) }

    /// The parities of the four 16-bit parts of a word, the lowest part's in bit 0.
    private static func parities(_ parts: UInt64) -> UInt32 {
        var bits = parts ^ parts >> 8
        bits ^= bits >> 4
        bits ^= bits >> 2
        bits ^= bits >> 1
        bits &= 0x0001_0001_0001_0001
        // Bits 0, 16, 32 and 48 come to stand side by side from bit 48 on.
        return UInt32(truncatingIfNeeded: (bits &* 0x0001_0002_0004_0008) >> 48) & 15
    }

    private static func parity(_ row: Row) -> UInt32 { parity(row[0] ^ row[1] ^ row[2] ^ row[3]) }

    private static func parity(_ word: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: word.nonzeroBitCount) & 1
    }

    private static func fold(_ row: WideRow) -> UInt64 {
        let half = row.lowHalf ^ row.highHalf
        let quarter = half.lowHalf ^ half.highHalf
        return quarter[0] ^ quarter[1]
    }

    private static func row(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> Row {
        unsafe raw.loadUnaligned(fromByteOffset: offset, as: Row.self)
    }

    private static func wideRow(_ raw: UnsafeRawBufferPointer, _ offset: Int) -> WideRow {
        unsafe raw.loadUnaligned(fromByteOffset: offset, as: WideRow.self)
    }
}
