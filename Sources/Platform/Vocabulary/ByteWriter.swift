/// Builds the bytes of an object: little-endian integers, LEB128 varints, length-prefixed strings.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package var count: Int { bytes.count }

    package mutating func uint8(_ value: UInt8) { bytes.append(value) }
    package mutating func uint16(_ value: UInt16) { fixed(UInt64(value), byteCount: 2) }
    package mutating func uint32(_ value: UInt32) { fixed(UInt64(value), byteCount: 4) }
    package mutating func uint64(_ value: UInt64) { fixed(value, byteCount: 8) }

    /// A length, offset or count; negative values are a bug of the caller.
    package mutating func uint64(_ value: Int) { uint64(UInt64(value)) }

    /// Seven bits a byte, least significant first, the high bit set on all but the last.
    package mutating func varint(_ value: Int) {
        var rest = UInt64(value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A difference: zigzag, so that small negative numbers stay short.
    package mutating func signedVarint(_ value: Int) { varint(value >= 0 ? value << 1 : ~value << 1 | 1) }

    /// A varint byte count, then that many bytes of UTF-8.
    package mutating func string(_ value: String) {
        varint(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    package mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }
    package mutating func append(_ more: Span<UInt8>) { bytes.append(copying: more) }
    package mutating func append(_ digest: Digest256) { bytes.append(contentsOf: digest.bytes) }
    /// Zeros where there is none.
    package mutating func optional(_ digest: Digest256?) {
        append(digest?.bytes ?? [UInt8](repeating: 0, count: Digest256.byteCount))
    }
    package mutating func append(_ identifier: Identifier) { bytes.append(contentsOf: identifier.bytes) }
    package mutating func append(_ fingerprint: Fingerprint) {
        uint64(fingerprint.low)
        uint64(fingerprint.high)
    }

    private mutating func fixed(_ value: UInt64, byteCount: Int) {
        for index in 0..<byteCount { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }
}
