package import ESE
internal import Platform

/// A stream of made-up logs, of either version.
package struct ESELogStream: Sendable {
    package enum Format: String, Sendable, CaseIterable {
        /// Version 8: segments of 4096 bytes, each with a page's sum.
        case segments
        /// Version 7: a chain of checksum records over sectors of 512 bytes.
        case records
    }

    package var seed: UInt64
    package var format = Format.segments
    /// Three characters.
    package var base = "E00"
    /// Eight hexadecimal digits in the names of full logs instead of five.
    package var hasLongNames = true
    /// Length of a log in units of 4096 bytes, its header included.
    package var units: UInt16 = 16
    /// Units with data.
    package var used: UInt16 = 5
    /// Puts the second copy of the last segment, or of the last record's sector, behind the data.
    package var hasShadow = false
    /// Fills the rest with segments of an older log, as in a file that was used again (version 8).
    package var hasStaleTail = false
    package var isCircular = false

    package init(seed: UInt64 = 1, _ change: (inout Self) -> Void = { _ in }) {
        self.seed = seed
        change(&self)
    }

    package var signature: Signature { ESELog.signature(seed: seed) }
    package var checkpointName: String { base + ".chk" }

    /// Names of the logs of `generations`, the last one as the current log.
    package func names(_ generations: ClosedRange<Int32>) -> [String] {
        generations.map { $0 == generations.upperBound ? base + ".log" : archivedName($0) }
    }

    package func archivedName(_ generation: Int32) -> String {
        LogName.archived(base: base, generation: generation, isLong: hasLongNames)
    }

    /// Name and content of each log, in generation order.
    package func logs(_ generations: ClosedRange<Int32>) -> [(name: String, bytes: [UInt8])] {
        var previousSum: UInt64 = 0
        return zip(generations, names(generations)).map { generation, name in
            let bytes = log(header(generation, previousSum: previousSum))
            previousSum = format == .segments ? ESELog.accumulatedSum(of: bytes) : 0
            return (name, bytes)
        }
    }

    package func header(_ generation: Int32, previousSum: UInt64 = 0) -> [UInt8] {
        var header = ESELog.header(
            generation, isFirst: generation == 1, seed: seed, segments: units, previousSum: previousSum)
        if isCircular {
            header[594] = 1
            header[639] = 2
        }
        if format == .records {
            header.put(UInt16(ESELog.sectorBytes), at: 8)
            header.put(UInt16(LogHeader.byteCount / ESELog.sectorBytes), at: 10)
            header.put(units * 8, at: 12)
            for (offset, value) in [(32, UInt32(7)), (36, 3704), (40, 15), (648, 0)] {
                header.put(value, at: offset)
            }
        }
        header.sealHeader()
        return header
    }

    /// A whole log behind its header.
    package func log(_ header: [UInt8]) -> [UInt8] {
        let generation = Int32(bitPattern: header.span.uint32(at: 4))
        var generator = SeededGenerator(seed: seed &+ UInt64(generation))
        var log = header
        switch format {
        case .segments:
            for sector in 1...used { log += ESELog.segment(generation, sector, &generator) }
            if hasShadow { log += log.suffix(ESELog.segmentBytes) }
            while hasStaleTail, log.count < Int(units) * ESELog.segmentBytes {
                let sector = UInt16(log.count / ESELog.segmentBytes)
                log += ESELog.segment(generation &- 9, sector, &generator)
            }
            log += [UInt8](repeating: 0, count: Int(units) * ESELog.segmentBytes - log.count)
        case .records:
            log += [UInt8](repeating: 0, count: Int(units - 1) * ESELog.segmentBytes)
            ESELog.putRecords(
                &log, generation: generation, used: Int(used) * ESELog.segmentBytes, hasShadow: hasShadow,
                &generator)
        }
        return log
    }
}
