internal import Platform

/// A database that was attached when a log or checkpoint was written.
package struct AttachedDatabase: Equatable, Sendable, Encodable {
    private static let fixedBytes = 64
    private static let unicodeName: UInt8 = 0x20

    package let dbid: UInt8
    package let flags: UInt8
    package let dbtime: UInt64
    package let lastObjectID: UInt32
    package let maximumPages: UInt32
    package let attached: LogPosition
    package let consistent: LogPosition
    package let signature: Signature
    package let path: String

    /// The entries in bytes `range`, up to a zero database id or to one that does not fit.
    static func list(_ bytes: Span<UInt8>, in range: Range<Int>) -> [AttachedDatabase] {
        var found: [AttachedDatabase] = []
        var offset = range.lowerBound
        while offset + fixedBytes <= range.upperBound, bytes[offset] != 0 {
            let nameBytes = Int(bytes.uint16(at: offset + 2))
            let next = offset + fixedBytes + nameBytes
            guard next <= range.upperBound else { break }
            found.append(AttachedDatabase(bytes, at: offset, nameBytes: nameBytes))
            offset = next
        }
        return found
    }

    private init(_ bytes: Span<UInt8>, at offset: Int, nameBytes: Int) {
        dbid = bytes[offset]
        flags = bytes[offset + 1]
        dbtime = bytes.uint64(at: offset + 4)
        lastObjectID = bytes.uint32(at: offset + 12)
        maximumPages = bytes.uint32(at: offset + 16)
        attached = LogPosition(bytes, at: offset + 20)
        consistent = LogPosition(bytes, at: offset + 28)
        signature = Signature(bytes, at: offset + 36)
        let name = bytes.array(offset + Self.fixedBytes..<offset + Self.fixedBytes + nameBytes)
        path = flags & Self.unicodeName == 0 ? LegacyText.string(name) : Self.unicode(name)
    }

    /// UTF-16 up to its first zero unit.
    private static func unicode(_ bytes: [UInt8]) -> String {
        var units: [UInt16] = []
        for offset in stride(from: 0, to: bytes.count - 1, by: 2) {
            let unit = bytes.span.uint16(at: offset)
            if unit == 0 { break }
            units.append(unit)
        }
        return String(decoding: units, as: UTF16.self)
    }
}
