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
