/// Sixteen random bytes that name a store or a job, or eight random and eight counting that name a frame.
package struct Identifier: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 16
    package static let zero = Identifier(high: 0, low: 0)
    /// Bytes 0..<8 and 8..<16, each little-endian.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The 16 bytes of `bytes` from `offset`; traps past the end.
    package init(_ bytes: Span<UInt8>, at offset: Int = 0) {
        self.init(high: bytes.uint64(at: offset), low: bytes.uint64(at: offset + 8))
    }

    package var bytes: [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount)
        writer.uint64(high)
        writer.uint64(low)
        return writer.bytes
    }

    package var description: String { Hex.encode(bytes) }
}
