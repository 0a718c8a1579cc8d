package import ESE
internal import Platform

extension [UInt8] {
    /// Overwrites bytes from `offset` with the little-endian integer.
    package mutating func put<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        for index in 0..<Value.bitWidth / 8 {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> Value(index * 8))
        }
    }

    package mutating func put(_ time: LogTime, at offset: Int) { put(time.raw, at: offset) }

    package mutating func put(_ position: LogPosition, at offset: Int) {
        put(position.byte, at: offset)
        put(position.sector, at: offset + 2)
        put(position.generation, at: offset + 4)
    }

    /// Signatures made in tests have no computer name.
    package mutating func put(_ signature: Signature, at offset: Int) {
        put(signature.random, at: offset)
        put(signature.created, at: offset + 4)
    }

    package mutating func put(_ info: BackupInfo, at offset: Int) {
        put(info.mark, at: offset)
        put(info.time, at: offset + 8)
        put(info.lowGeneration, at: offset + 16)
        put(info.highGeneration, at: offset + 20)
    }

    /// Overwrites bytes from `offset` with ASCII text.
    package mutating func put(_ text: String, at offset: Int) {
        for (index, byte) in text.utf8.enumerated() { self[offset + index] = byte }
    }

    /// Stores the header checksum of the whole array in its first word.
    package mutating func sealHeader() { put(PageChecksum.headerSum(of: span), at: 0) }

    /// Stores page number and checksums of a whole database page in the new format.
    package mutating func sealPage(_ number: UInt32) {
        guard let size = PageSize(rawValue: count) else { preconditionFailure("not a page size") }
        if size.isLarge { put(number, at: 64) }
        // Block 0 covers the sums of the others, so it comes last.
        for block in (0..<size.blockCount).reversed() {
            let start = block * size.blockBytes
            let sum = PageChecksum.blockSum(
                span.extracting(start..<start + size.blockBytes), number: number, isFirst: block == 0)
            put(sum, at: block == 0 ? 0 : 40 + (block - 1) * 8)
        }
    }

    /// Stores page number and checksums of a whole database page in the format that its flags name.
    package mutating func seal(_ number: UInt32) {
        if span.uint32(at: 36) & PageChecksum.newFormatFlag != 0 {
            sealPage(number)
        } else {
            sealOldPage(number)
        }
    }

    /// Stores page number and checksum of a whole database page in the old format.
    package mutating func sealOldPage(_ number: UInt32) {
        put(number, at: 4)
        sealHeader()
    }
}

extension LogTime {
    /// A UTC time `minutes` after the first of January 2026, within that month.
    package static func test(minutes: Int) -> LogTime {
        let day = UInt64(minutes / 1440 % 31 + 1)
        let clock = UInt64(minutes % 60) << 8 | UInt64(minutes / 60 % 24) << 16
        return LogTime(raw: clock | day << 24 | 1 << 32 | 126 << 40 | 1 << 48)
    }
}
