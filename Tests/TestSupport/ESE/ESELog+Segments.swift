internal import ESE
internal import Platform

extension ESELog {
    /// One segment of random records, with its sum.
    ///
    /// - Parameter sector: Its number in the file; the header is 0.
    package static func segment(
        _ generation: Int32, _ sector: UInt16, _ generator: inout SeededGenerator
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 40) + generator.bytes(segmentBytes - 40)
        bytes.put(LogPosition(generation: generation, sector: sector, byte: 0), at: 8)
        bytes.put(created(generation), at: 16)
        bytes.put([UInt8](repeating: 0, count: 12), at: 24)
        bytes.put(PageChecksum.newFormatFlag, at: 36)
        bytes.sealSegment(sector)
        return bytes
    }

    /// What a whole log's segments add up to, and the next log's header repeats.
    package static func accumulatedSum(of log: [UInt8]) -> UInt64 {
        let generation = Int32(bitPattern: log.span.uint32(at: 4))
        var sum: UInt64 = 0
        for sector in 1..<log.count / segmentBytes - 1 {
            let segment = log.span.extracting(sector * segmentBytes..<(sector + 1) * segmentBytes)
            let place = LogPosition(segment, at: 8)
            if place.generation == generation, Int(place.sector) == sector { sum ^= segment.uint64(at: 0) }
        }
        return sum
    }
}

extension [UInt8] {
    /// Stores the sum of a whole segment that stands in sector `sector`.
    package mutating func sealSegment(_ sector: UInt16) {
        put(PageChecksum.blockSum(span, number: UInt32(sector), isFirst: true), at: 0)
    }

    /// Overwrites bytes from `offset`.
    package mutating func put(_ bytes: [UInt8], at offset: Int) {
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
