internal import Platform

/// An LRCHECKSUM: 22 bytes that hold the sum of what was written with them (format notes 5.4).
struct LogChecksumRecord: Equatable {
    static let byteCount = 22
    static let seed: UInt32 = 0xFEED_BEAF
    static let shortSeed: UInt32 = 0xDEAD_C0DE
    /// By which the sum of a shadow sector differs.
    static let shadowMark: UInt32 = 0x5AD0_5EC7
    private static let type: UInt8 = 42
    private static let shortOn: UInt8 = 0x9A
    private static let shortOff: UInt8 = 0xD1

    let type: UInt8
    /// Bytes covered before the record.
    let backward: Int
    /// Bytes covered behind it.
    let forward: Int
    /// From the end of this record to the next; 0 in the last.
    let toNext: Int
    let checksum: UInt32
    /// The same up to the end of the record's sector.
    let shortChecksum: UInt32
    private let shortFlag: UInt8

    /// The bytes of `bytes` from `offset`; traps past the end.
    init(_ bytes: Span<UInt8>, at offset: Int) {
        type = bytes[offset]
        backward = Int(bytes.uint32(at: offset + 1))
        forward = Int(bytes.uint32(at: offset + 5))
        toNext = Int(bytes.uint32(at: offset + 9))
        checksum = bytes.uint32(at: offset + 13)
        shortChecksum = bytes.uint32(at: offset + 17)
        shortFlag = bytes[offset + 21]
    }

    var hasShort: Bool { shortFlag == Self.shortOn }

    /// The part of both sums that stands in the record itself.
    func fields(generation: Int32) -> UInt32 {
        UInt32(truncatingIfNeeded: backward) ^ UInt32(truncatingIfNeeded: forward)
            ^ UInt32(truncatingIfNeeded: toNext) ^ UInt32(shortFlag) ^ UInt32(bitPattern: generation)
    }

    /// Why no engine wrote this record, if none did.
    ///
    /// - Parameter offset: Where it stands in the file.
    func fault(at offset: Int, sectorBytes: Int, fileBytes: Int) -> String? {
        let end = offset + Self.byteCount
        if type != Self.type { return "is of type \(type), a checksum record is of type 42" }
        if shortFlag != Self.shortOn && shortFlag != Self.shortOff {
            return "its short sum is neither on nor off (0x\(Hexadecimal.lower(shortFlag)))"
        }
        if backward > sectorBytes - Self.byteCount || offset - backward < LogHeader.byteCount {
            return "covers \(backward) bytes before it, more than a sector has"
        }
        if forward > fileBytes - end { return "covers \(forward) bytes behind it, more than the file has" }
        if toNext > fileBytes - end - (toNext == 0 ? 0 : Self.byteCount) {
            return "names a next record \(toNext) bytes behind it, where the file has none"
        }
        if hasShort {
            return offset % sectorBytes > sectorBytes - Self.byteCount ? "crosses its sector's end" : nil
        }
        return shortChecksum == 0 ? nil : "has a short sum that is off"
    }
}
