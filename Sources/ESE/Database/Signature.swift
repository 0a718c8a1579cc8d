internal import Platform

/// A SIGNATURE: which database or log stream a file belongs to.
///
/// Two are the same only when all 28 bytes are.
package struct Signature: Hashable, Sendable {
    package static let byteCount = 28
    package let random: UInt32
    package let created: LogTime
    /// The 16 bytes of the computer name as they stand in the file; normally zero now.
    private let name: SIMD2<UInt64>

    /// The 28 bytes of `bytes` from `offset`; traps past the end.
    package init(_ bytes: Span<UInt8>, at offset: Int) {
        random = bytes.uint32(at: offset)
        created = LogTime(bytes, at: offset + 4)
        name = SIMD2(bytes.uint64(at: offset + 12), bytes.uint64(at: offset + 20))
    }

    package init(random: UInt32, created: LogTime) {
        self.random = random
        self.created = created
        name = .zero
    }

    package var isUnset: Bool { random == 0 && created.isUnset }

    /// The computer name up to its first zero byte, Latin-1.
    package var computer: String {
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: name[$0 / 8] >> UInt64($0 % 8 * 8)) }
        return LegacyText.string(bytes)
    }
}

extension Signature: CustomStringConvertible, Encodable {
    package var description: String { "Create time:\(created) Rand:\(random) Computer:\(computer)" }

    private enum CodingKeys: CodingKey { case random, created, computer }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(random, forKey: .random)
        try container.encode(created, forKey: .created)
        try container.encode(computer, forKey: .computer)
    }
}

/// Texts of the fixed-width fields, which have no declared encoding.
enum LegacyText {
    /// Bytes up to the first zero as Latin-1, with control characters made visible as `?`.
    static func string(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            if byte == 0 { break }
            let isControl = byte < 0x20 || (0x7F..<0xA0).contains(byte)
            text.unicodeScalars.append(isControl ? "?" : Unicode.Scalar(byte))
        }
        return text
    }
}
