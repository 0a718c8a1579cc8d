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

/// A SHA-256 value.
package struct Digest256: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let byteCount = 32
    private let words: SIMD4<UInt64>

    /// The 32 bytes of `bytes` from `offset`; traps past the end.
    package init(_ bytes: Span<UInt8>, at offset: Int = 0) {
        words = SIMD4(
            bytes.uint64(at: offset), bytes.uint64(at: offset + 8), bytes.uint64(at: offset + 16),
            bytes.uint64(at: offset + 24))
    }

    /// Parses 64 lower-case hexadecimal digits, nothing else.
    package init?(hex: some StringProtocol) {
        guard let bytes = Hex.decode(hex), bytes.count == Self.byteCount else { return nil }
        self.init(bytes.span)
    }

    package var bytes: [UInt8] {
        (0..<Self.byteCount).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }

    /// 64 lower-case hexadecimal digits, as `sha256sum` prints them.
    package var description: String { Hex.encode(bytes) }

    package static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// The XXH3-128 of one block, computed with its job's secret.
///
/// Tells changed from unchanged; never names or proves anything by itself. Stored low half first, both
/// little-endian (docs/format/signature.md, section 2).
package struct Fingerprint: Hashable, Sendable, BitwiseCopyable {
    package static let byteCount = 16
    package let low: UInt64
    package let high: UInt64

    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}
