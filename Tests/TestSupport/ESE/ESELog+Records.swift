internal import Platform

/// Logs of version 7: random bytes under a chain of checksum records.
extension ESELog {
    package static let sectorBytes = 512
    package static let recordBytes = 22

    /// Writes the data of a log: about `used` bytes from 4096 on, the fill pattern behind them.
    ///
    /// Each write but the first begins in the middle of a sector, covers one to six of them, and carries a
    /// short sum when it covers more than one.
    static func putRecords(
        _ log: inout [UInt8], generation: Int32, used: Int, hasShadow: Bool,
        _ generator: inout SeededGenerator
    ) {
        let end = dataStart + used - Int(generator.next() % 400) - 30
        log.put(generator.bytes(end - dataStart), at: dataStart)
        for offset in end..<log.count { log[offset] = UInt8(offset % 16) << 4 | 0x0A }
        var places = [dataStart]
        var sector = dataStart
        while true {
            sector += sectorBytes * Int(1 + generator.next() % 6)
            let place = sector + Int(generator.next() % UInt64(sectorBytes - recordBytes))
            guard place + recordBytes + 64 < end else { break }
            places.append(place)
        }
        for (index, place) in places.enumerated() {
            let next = index + 1 < places.count ? places[index + 1] : nil
            let behind = place + recordBytes
            let covered = (next.map { $0 / sectorBytes * sectorBytes } ?? end) - behind
            log[place] = 42
            log.put(UInt32(place % sectorBytes), at: place + 1)
            log.put(UInt32(max(0, covered)), at: place + 5)
            log.put(UInt32(next.map { $0 - behind } ?? 0), at: place + 9)
            let isShort = behind + covered > (place / sectorBytes + 1) * sectorBytes
            log[place + 21] = isShort ? 0x9A : 0xD1
        }
        // A record's own bytes are covered by none but itself, so the order does not matter.
        for place in places { sealRecord(&log, at: place, generation: generation) }
        guard hasShadow, let last = places.last else { return }
        // The sector of the last record once more, behind everything, marked by its sum.
        let sectorStart = last / sectorBytes * sectorBytes
        let behind = (end + sectorBytes - 1) / sectorBytes * sectorBytes
        var shadow = Array(log[sectorStart..<sectorStart + sectorBytes])
        let sum = last - sectorStart + 13
        shadow.put(shadow.span.uint32(at: sum) ^ 0x5AD0_5EC7, at: sum)
        log.put(shadow, at: behind)
    }

    /// Makes both sums of a checksum record right for what it says it covers, as far as that is there.
    package static func sealRecord(_ log: inout [UInt8], at place: Int, generation: Int32) {
        let backward = Int(log.span.uint32(at: place + 1))
        let forward = Int(log.span.uint32(at: place + 5))
        let toNext = log.span.uint32(at: place + 9)
        let flag = log[place + 21]
        let behind = place + recordBytes
        var fields = UInt32(truncatingIfNeeded: backward) ^ UInt32(truncatingIfNeeded: forward)
        fields ^= toNext ^ UInt32(flag) ^ UInt32(bitPattern: generation)
        fields ^= words(log, max(0, place - backward)..<place)
        let all = words(log, behind..<min(log.count, behind + forward))
        log.put(0xFEED_BEAF ^ fields ^ all, at: place + 13)
        let sectorEnd = max(behind, min(log.count, (place / sectorBytes + 1) * sectorBytes))
        let short = 0xDEAD_C0DE ^ fields ^ words(log, behind..<sectorEnd)
        log.put(flag == 0x9A ? short : UInt32(0), at: place + 17)
    }

    /// The places of a log's checksum records, as their chain gives them.
    package static func recordPlaces(_ log: [UInt8]) -> [Int] {
        var places: [Int] = []
        var place = dataStart
        while place + recordBytes <= log.count {
            places.append(place)
            let toNext = Int(log.span.uint32(at: place + 9))
            if toNext == 0 { break }
            place += recordBytes + toNext
        }
        return places
    }

    private static func words(_ bytes: [UInt8], _ range: Range<Int>) -> UInt32 {
        var sum: UInt32 = 0
        for (index, byte) in bytes[range].enumerated() { sum ^= UInt32(byte) << UInt32(index % 4 * 8) }
        return sum
    }
}

/// Where the data of a log begins.
private let dataStart = 4096
