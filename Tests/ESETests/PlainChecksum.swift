import Platform

/// The checksums straight from their definitions, one bit at a time (format notes 3.1 and 3.4).
enum PlainChecksum {
    static func headerSum(_ block: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0x89AB_CDEF
        for offset in stride(from: 4, to: block.count, by: 4) { sum ^= block.span.uint32(at: offset) }
        return sum
    }

    static func blockSum(_ block: [UInt8], number: UInt32, isFirst: Bool) -> UInt64 {
        let mask = UInt32(block.count * 8 - 1)
        var xor: UInt32 = 0
        var low: UInt32 = 0
        var high: UInt32 = 0
        for word in (isFirst ? 2 : 0)..<block.count / 4 {
            let value = block.span.uint32(at: word * 4)
            xor ^= value
            for bit in 0..<32 where value >> UInt32(bit) & 1 == 1 {
                let position = UInt32(word * 32 + bit)
                low ^= position
                high ^= ~position & mask
            }
        }
        return UInt64(high << 16 | low) << 32 | UInt64(xor ^ number)
    }
}
