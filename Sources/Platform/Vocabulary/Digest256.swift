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
