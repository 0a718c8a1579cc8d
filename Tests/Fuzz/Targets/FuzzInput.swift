internal import Platform

/// Bytes of a fuzzer, taken piece by piece; at their end everything is zero or empty.
struct FuzzInput {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() -> UInt8 {
        guard offset < bytes.count else { return 0 }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Small numbers, and those at which sums and products go wrong.
    mutating func number() -> Int {
        let selector = byte()
        switch selector >> 5 {
        case 0...3: return Int(selector)
        case 4: return Int(selector & 31) << 8 | Int(byte())
        case 5: return 1 << Int(selector & 31) + 30
        case 6: return max(0, 1 << (Int(selector & 15) + 47) - 1 + Int(byte() & 3))
        default: return Int(selector & 31) * 4096
        }
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        let end = min(bytes.count, offset + count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    /// Two bytes of length, and that many bytes or what is left.
    mutating func chunk() -> [UInt8] {
        let count = Int(byte()) | Int(byte()) << 8
        return bytes(count)
    }

    mutating func rest() -> [UInt8] { bytes(bytes.count) }

    /// What ``chunk()`` takes apart.
    static func chunks(_ parts: [[UInt8]]) -> [UInt8] {
        var writer = ByteWriter()
        for part in parts {
            writer.uint16(UInt16(clamping: part.count))
            writer.append(Array(part.prefix(Int(UInt16.max))))
        }
        return writer.bytes
    }
}
