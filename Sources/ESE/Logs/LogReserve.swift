/// Logs that were made ahead of need (format notes 5.1).
enum LogReserve {
    /// True for a header never written: all zero, or the fill pattern 0x0A, 0x1A … 0xFA of older engines.
    static func isUnused(_ header: Span<UInt8>) -> Bool {
        let isFill = header[0] != 0
        for index in header.indices {
            if isFill ? header[index] & 0x0F != 0x0A : header[index] != 0 { return false }
        }
        return true
    }
}
