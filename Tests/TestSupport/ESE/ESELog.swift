package import ESE

/// Made-up logs and their checkpoint; ``ESELogStream`` makes whole streams of them.
package enum ESELog {
    package static let segmentBytes = 4096

    package static func signature(seed: UInt64) -> Signature {
        Signature(random: UInt32(truncatingIfNeeded: seed &* 77) | 1, created: .test(minutes: 0))
    }

    /// Logs are created one a minute.
    package static func created(_ generation: Int32) -> LogTime { .test(minutes: 10 + Int(generation)) }

    /// The logs of `generations` in the segment format, linked by creation times and accumulated sums.
    ///
    /// - Parameters:
    ///   - used: Segments with records in each log; the rest of `segments` stays zero.
    package static func chain(
        _ generations: ClosedRange<Int32>, seed: UInt64, segments: UInt16 = 16, used: UInt16 = 5
    ) -> [[UInt8]] {
        var stream = ESELogStream(seed: seed)
        (stream.units, stream.used) = (segments, used)
        return stream.logs(generations).map(\.bytes)
    }

    /// Names of the logs of `generations`, the last one as the current log.
    package static func names(_ generations: ClosedRange<Int32>, base: String = "E00") -> [String] {
        var stream = ESELogStream()
        stream.base = base
        return stream.names(generations)
    }

    /// The header of a log in the segment format.
    package static func header(
        _ generation: Int32, isFirst: Bool = false, seed: UInt64, segments: UInt16 = 16,
        previousSum: UInt64 = 0
    ) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: LogHeader.byteCount)
        header.put(generation, at: 4)
        header.put(UInt16(segmentBytes), at: 8)
        header.put(UInt16(1), at: 10)
        header.put(segments, at: 12)
        header.put(UInt16(8192), at: 14)
        header.put(created(generation), at: 16)
        header.put(isFirst ? .unset : created(generation - 1), at: 24)
        for (offset, value) in [(32, UInt32(8)), (36, 4000), (40, 5), (648, 16), (667, 3)] {
            header.put(value, at: offset)
        }
        header.put(signature(seed: seed), at: 44)
        header.put("C:\\logs\\", at: 72)
        header.put("C:\\logs\\", at: 333)
        header.put(LogPosition(generation: max(1, generation - 1), sector: 1, byte: 0), at: 640)
        header.put(previousSum, at: 653)
        putDatabase(&header, at: 671, seed: seed)
        header.sealHeader()
        return header
    }

    /// The checkpoint file of a stream whose replay begins at `generation`.
    package static func checkpoint(_ generation: Int32, seed: UInt64) -> [UInt8] {
        var copy = [UInt8](repeating: 0, count: 4096)
        copy.put(LogPosition(generation: generation, sector: 1, byte: 0), at: 12)
        copy.put(signature(seed: seed), at: 20)
        copy.put("C:\\logs\\", at: 48)
        copy[647] = 1
        copy.put(UInt32(4), at: 667)
        putDatabase(&copy, at: 679, seed: seed)
        copy.sealHeader()
        return copy + copy
    }

    private static func putDatabase(_ bytes: inout [UInt8], at offset: Int, seed: UInt64) {
        let name = "C:\\db\\mdb01.edb"
        bytes[offset] = 1
        bytes.put(UInt16(name.utf8.count + 1), at: offset + 2)
        bytes.put(ESEDatabase { $0.seed = seed }.signature, at: offset + 36)
        bytes.put(name, at: offset + 64)
    }
}
