internal import Glibc

extension Span where Element == UInt8 {
    /// The little-endian 16-bit integer in bytes `offset..<offset + 2`.
    ///
    /// Traps past the end, as all of these do: a parser checks the length once, before its first read.
    package func uint16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
    }

    /// The little-endian 32-bit integer in bytes `offset..<offset + 4`.
    package func uint32(at offset: Int) -> UInt32 {
        UInt32(self[offset]) | UInt32(self[offset + 1]) << 8
            | UInt32(self[offset + 2]) << 16 | UInt32(self[offset + 3]) << 24
    }

    /// The little-endian 64-bit integer in bytes `offset..<offset + 8`.
    package func uint64(at offset: Int) -> UInt64 {
        UInt64(uint32(at: offset)) | UInt64(uint32(at: offset + 4)) << 32
    }

    /// A copy of bytes `range`.
    package func array(_ range: Range<Int>) -> [UInt8] { [UInt8](copying: extracting(range)) }
}

extension [UInt8] {
    /// The bytes of `span` as an array of their own.
    package init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }

    package mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension Span where Element == UInt8 {
    /// True when both have the same bytes; as fast as `memcmp`.
    package func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        return unsafe withUnsafeBufferPointer { one in
            unsafe other.withUnsafeBufferPointer { other in
                guard let one = one.baseAddress, let other = other.baseAddress else { return true }
                return unsafe memcmp(one, other, count) == 0
            }
        }
    }
}
