internal import Platform

/// An LGPOS: a place in the log stream.
package struct LogPosition: Hashable, Comparable, Sendable {
    package static let byteCount = 8
    package static let unset = LogPosition(generation: 0, sector: 0, byte: 0)
    package let generation: Int32
    package let sector: UInt16
    /// Offset in the sector.
    package let byte: UInt16

    package init(generation: Int32, sector: UInt16, byte: UInt16) {
        self.generation = generation
        self.sector = sector
        self.byte = byte
    }

    /// The eight bytes of `bytes` from `offset`: byte, sector, generation; traps past the end.
    package init(_ bytes: Span<UInt8>, at offset: Int) {
        byte = bytes.uint16(at: offset)
        sector = bytes.uint16(at: offset + 2)
        generation = Int32(bitPattern: bytes.uint32(at: offset + 4))
    }

    package var isUnset: Bool { self == .unset }

    package static func < (left: Self, right: Self) -> Bool {
        (left.generation, left.sector, left.byte) < (right.generation, right.sector, right.byte)
    }
}

extension LogPosition: CustomStringConvertible, Encodable {
    /// `(0x1E2EC,2,717)`: generation, sector, byte, all hexadecimal.
    package var description: String {
        let generation = Hexadecimal.upper(UInt32(bitPattern: generation))
        return "(0x\(generation),\(Hexadecimal.upper(sector)),\(Hexadecimal.upper(byte)))"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A LOGTIME: eight bytes of civil time, compared byte by byte and never computed with.
package struct LogTime: Hashable, Sendable {
    package static let byteCount = 8
    package static let unset = LogTime(raw: 0)
    /// The eight bytes as they stand in the file.
    package let raw: UInt64

    package init(raw: UInt64) { self.raw = raw }

    /// The eight bytes of `bytes` from `offset`; traps past the end.
    package init(_ bytes: Span<UInt8>, at offset: Int) { raw = bytes.uint64(at: offset) }

    package var isUnset: Bool { raw & 0xFFFF_FFFF_FFFF == 0 }
    package var second: Int { field(0) }
    package var minute: Int { field(1) }
    package var hour: Int { field(2) }
    package var day: Int { field(3) }
    /// 1...12 in a sound file.
    package var month: Int { field(4) }
    package var year: Int { field(5) + 1900 }
    package var isUTC: Bool { field(6) & 1 == 1 }
    package var millisecond: Int { field(6) >> 1 | (field(7) >> 1 & 7) << 7 }

    private func field(_ index: UInt64) -> Int { Int(raw >> (index * 8) & 0xFF) }
}

extension LogTime: CustomStringConvertible, Encodable {
    /// `mm/dd/yyyy hh:mm:ss.mmm UTC` or `LOC`, as the engine's own tools print it.
    package var description: String {
        let date = "\(pad(month, 2))/\(pad(day, 2))/\(pad(year, 4))"
        return "\(date) \(clock) \(isUTC ? "UTC" : "LOC")"
    }

    /// Null when unset, otherwise RFC 3339; a local time carries no zone, for the file does not name it.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if isUnset { return try container.encodeNil() }
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
        try container.encode("\(date)T\(clock)\(isUTC ? "Z" : "")")
    }

    private var clock: String { "\(pad(hour, 2)):\(pad(minute, 2)):\(pad(second, 2)).\(pad(millisecond, 3))" }

    private func pad(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
