import ESE
import Platform
import TestSupport
import Testing

/// Runs the check of a log's data over a whole file.
enum LogData {
    static func report(_ log: [UInt8], pieces: Int = 65_536) throws -> LogDataReport {
        var check = LogDataCheck(try LogHeader(parsing: log.span))
        for start in stride(from: 0, to: log.count, by: pieces) {
            check.append(log.span.extracting(start..<min(start + pieces, log.count)))
        }
        return check.finish()
    }

    static func log(_ change: (inout ESELogStream) -> Void = { _ in }) -> [UInt8] {
        let stream = ESELogStream(seed: 3, change)
        return stream.log(stream.header(7, previousSum: 0x1234))
    }
}

/// The data of logs of version 8.
@Suite struct LogSegmentsTests {
    static let segment = ESELog.segmentBytes

    /// Segment `from` of a log, sealed as if it stood in sector `number`.
    static func resealed(_ log: inout [UInt8], _ sector: Int, _ change: (inout [UInt8]) -> Void) {
        let range = sector * segment..<(sector + 1) * segment
        var bytes = Array(log[range])
        change(&bytes)
        bytes.sealSegment(UInt16(sector))
        log.replaceSubrange(range, with: bytes)
    }

    @Test("whole logs are good to their end", arguments: [false, true], [false, true])
    func good(hasShadow: Bool, hasStaleTail: Bool) throws {
        let log = LogData.log {
            $0.hasShadow = hasShadow
            $0.hasStaleTail = hasStaleTail
        }
        let report = try LogData.report(log)
        #expect(report.problem == nil)
        #expect(report.used == 5)
        #expect(report.shadows == (hasShadow ? 1 : 0))
        #expect(report.stale == (hasStaleTail ? 10 - (hasShadow ? 1 : 0) : 0))
        #expect(report.last == LogPosition(generation: 7, sector: 5, byte: 0))
        #expect(report.accumulatedSum == ESELog.accumulatedSum(of: log))
        #expect(report.accumulatedSum != 0)
    }

    @Test("a full log has its shadow in the last segment")
    func full() throws {
        let report = try LogData.report(
            LogData.log {
                $0.used = 14
                $0.hasShadow = true
            })
        #expect(report.problem == nil)
        #expect([report.used, report.shadows] == [14, 1])
    }

    @Test("pieces of any length say the same", arguments: [1, 511, 4095, 4096, 5000, 8192])
    func pieces(length: Int) throws {
        for format in ESELogStream.Format.allCases {
            var log = LogData.log { $0.format = format }
            #expect(try LogData.report(log, pieces: length) == LogData.report(log))
            log[9000] ^= 3
            #expect(try LogData.report(log, pieces: length) == LogData.report(log))
        }
    }

    @Test("a log without records is good, though no engine archives one")
    func empty() throws {
        var log = LogData.log()
        log.put([UInt8](repeating: 0, count: log.count - 4096), at: 4096)
        let header = try LogHeader(parsing: log.span)
        let data = try LogData.report(log)
        #expect(data.problem == nil)
        #expect(LogFact(name: "E00.log", header: header, fileBytes: log.count, data: data).problem == nil)
        let archived = LogFact(
            name: "E0000000007.log", header: header, fileBytes: log.count, data: data)
        #expect(archived.problem == .logFileCorrupt)
        #expect(archived.fault == "it holds no data")
    }

    static func problem(_ log: [UInt8]) throws -> String {
        "\(try LogData.report(log).problem?.description ?? "good")"
    }

    @Test("data behind the end is damage")
    func hole() throws {
        var log = LogData.log()
        log.put([UInt8](repeating: 0, count: Self.segment), at: 3 * Self.segment)
        #expect(
            try Self.problem(log) == "-501 JET_errLogFileCorrupt: segment 4 (byte 16384): "
                + "holds data behind the end of the log at segment 3")
    }

    @Test("one flipped bit is named and still damage", arguments: [64, 300, 4096 * 8 - 1])
    func flipped(bit: Int) throws {
        var log = LogData.log()
        log[2 * Self.segment + bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(
            try Self.problem(log) == "-501 JET_errLogFileCorrupt: segment 2 (byte 8192): "
                + "checksum failed, as if bit \(bit) had flipped")
    }

    @Test("the bit that tells the format is never corrected")
    func formatBit() throws {
        var log = LogData.log()
        log[2 * Self.segment + 37] ^= 0x20
        #expect(try Self.problem(log).contains("segment 2 (byte 8192): checksum failed, stored 0x"))
    }

    static func torn(_ log: inout [UInt8]) {
        log.put([UInt8](repeating: 0xEE, count: 512), at: 5 * segment + 1024)
    }

    @Test("a torn last segment with its shadow is told from other damage")
    func tornWrite() throws {
        var log = LogData.log { $0.hasShadow = true }
        Self.torn(&log)
        #expect(
            try Self.problem(log) == "-570 JET_errLogTornWriteDuringHardRestore: segment 5 (byte 20480): "
                + "torn when it was written, its shadow is intact")
        #expect(try LogData.report(log).accumulatedSum == nil)
        var full = LogData.log {
            $0.used = 14
            $0.hasShadow = true
        }
        full.put([UInt8](repeating: 0xEE, count: 512), at: 14 * Self.segment + 1024)
        #expect(try Self.problem(full).hasPrefix("-570 "))
    }

    @Test("without shadow, or with data behind it, it is corruption")
    func corruption() throws {
        var log = LogData.log()
        Self.torn(&log)
        #expect(try Self.problem(log).hasPrefix("-501 JET_errLogFileCorrupt: segment 5 (byte 20480): "))
        var followed = LogData.log { $0.used = 7 }
        let fifth = Array(followed[5 * Self.segment..<6 * Self.segment])
        followed.put(fifth, at: 6 * Self.segment)
        Self.torn(&followed)
        #expect(try Self.problem(followed).hasPrefix("-501 JET_errLogFileCorrupt: segment 5 "))
    }

    @Test("a segment of another place or time is damage")
    func strange() throws {
        var newer = LogData.log()
        Self.resealed(&newer, 6) { bytes in
            bytes.put([UInt8](repeating: 1, count: 4096), at: 0)
            bytes.put(LogPosition(generation: 8, sector: 6, byte: 0), at: 8)
        }
        #expect(
            try Self.problem(newer).hasSuffix("segment 6 (byte 24576): says that it is segment 6 of log 8"))
        var displaced = LogData.log()
        Self.resealed(&displaced, 3) { $0.put(LogPosition(generation: 7, sector: 2, byte: 0), at: 8) }
        #expect(try Self.problem(displaced).hasSuffix("says that it is segment 2 of log 7"))
        var swapped = LogData.log()
        let second = Array(swapped[2 * Self.segment..<3 * Self.segment])
        swapped.put(second, at: 4 * Self.segment)
        #expect(try Self.problem(swapped).contains("segment 4 (byte 16384): checksum failed"))
    }

    @Test("the last segment is for a shadow only")
    func reserved() throws {
        var log = LogData.log { $0.used = 14 }
        var generator = SeededGenerator(seed: 1)
        log.put(ESELog.segment(7, 15, &generator), at: 15 * Self.segment)
        #expect(
            try Self.problem(log).hasSuffix(
                "segment 15 (byte 61440): holds data where only a shadow may stand"))
        // What a torn shadow left there is nobody's data.
        log[15 * Self.segment + 700] ^= 0x55
        #expect(try Self.problem(log) == "good")
    }

    @Test("a file that ends early is damage")
    func cut() throws {
        let log = LogData.log()
        #expect(
            try Self.problem(Array(log[..<30_000])) == "-501 JET_errLogFileCorrupt: "
                + "the file ends at byte 30000, its header says 65536")
    }

    @Test("version 8 has sectors of 4096 bytes")
    func sectors() throws {
        var log = LogData.log()
        log.put(UInt16(512), at: 8)
        log.put(UInt16(8), at: 10)
        log.put(UInt16(128), at: 12)
        var header = Array(log[..<4096])
        header.sealHeader()
        log.put(header, at: 0)
        #expect(try Self.problem(log).hasSuffix("the header names sectors of 512 bytes, version 8 has 4096"))
    }

    @Test("a flipped bit in any byte of the data is detected, and named where the format can")
    func everyByte() throws {
        let log = LogData.log {
            $0.units = 3
            $0.used = 1
        }
        let header = try LogHeader(parsing: log.span)
        var segment = Array(log[4096..<8192])
        let empty = [UInt8](repeating: 0, count: 4096)
        var unnamed = 0
        for bit in (0..<4096).map({ $0 * 8 + $0 % 8 }) {
            segment[bit / 8] ^= 1 << UInt8(bit % 8)
            var check = LogDataCheck(header)
            check.append(log.span.extracting(0..<4096))
            check.append(segment.span)
            check.append(empty.span)
            segment[bit / 8] ^= 1 << UInt8(bit % 8)
            let problem = check.finish().problem
            guard problem?.code == .logFileCorrupt else {
                Issue.record("bit \(bit) passed")
                return
            }
            if problem?.sentence.hasSuffix("as if bit \(bit) had flipped") != true { unnamed += 1 }
        }
        // Those of the stored sum itself, and the one that tells the format.
        #expect(unnamed == 9)
    }
}
