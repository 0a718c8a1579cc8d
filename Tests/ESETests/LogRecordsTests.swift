import ESE
import Platform
import TestSupport
import Testing

/// The data of logs of version 7.
@Suite struct LogRecordsTests {
    static func log(units: UInt16 = 16, used: UInt16 = 5) -> [UInt8] {
        LogData.log { stream in
            stream.format = .records
            stream.units = units
            stream.used = used
        }
    }

    static func problem(_ log: [UInt8]) throws -> String {
        "\(try LogData.report(log).problem?.description ?? "good")"
    }

    /// Changes a record and makes its sums right again.
    static func damaged(record: Int, _ change: (inout [UInt8], Int) -> Void) throws -> String {
        var log = log()
        let place = ESELog.recordPlaces(log)[record]
        change(&log, place)
        ESELog.sealRecord(&log, at: place, generation: 7)
        return try problem(log)
    }

    @Test("whole logs are good to their end", arguments: UInt64(1)...20)
    func good(seed: UInt64) throws {
        let stream = ESELogStream(seed: seed) {
            $0.format = .records
            $0.hasShadow = seed % 2 == 0
        }
        let log = stream.log(stream.header(9))
        let report = try LogData.report(log)
        let places = ESELog.recordPlaces(log)
        #expect(report.problem == nil)
        #expect(report.used == places.count)
        #expect(places.count > 4)
        #expect(report.accumulatedSum == nil)
        let last = try #require(places.last)
        #expect(report.last?.sector == UInt16(last / 512))
        #expect(report.last?.byte == UInt16(last % 512))
    }

    @Test("what lies behind the last record is not data")
    func fill() throws {
        var log = Self.log()
        log[60_000] ^= 0xFF
        #expect(try Self.problem(log) == "good")
    }

    @Test("a log of an odd number of sectors is read to its end")
    func oddLength() throws {
        var log = Self.log(units: 4, used: 2)
        log.removeLast(3584)
        log.put(UInt16(log.count / 512), at: 12)
        var header = Array(log[..<4096])
        header.sealHeader()
        log.put(header, at: 0)
        #expect(try Self.problem(log) == "good")
        log[11_000] ^= 1
        #expect(try Self.problem(log).hasPrefix("-501 "))
    }

    @Test("damage is placed by its record")
    func placed() throws {
        var log = Self.log()
        let place = ESELog.recordPlaces(log)[2]
        log[place + 100] ^= 4
        #expect(
            try Self.problem(log).hasPrefix(
                "-501 JET_errLogFileCorrupt: record at byte \(place) (sector \(place / 512)): "))
    }

    @Test("lengths that no engine writes are refused, however well summed")
    func hostile() throws {
        func put(_ value: UInt32, _ field: Int) -> (inout [UInt8], Int) -> Void {
            { log, place in log.put(value, at: place + field) }
        }
        #expect(
            try Self.damaged(record: 1, put(491, 1)).hasSuffix(
                "covers 491 bytes before it, more than a sector has"))
        #expect(
            try Self.damaged(record: 0, put(1, 1)).hasSuffix(
                "covers 1 bytes before it, more than a sector has"))
        #expect(
            try Self.damaged(record: 1, put(.max, 1)).hasSuffix(
                "covers 4294967295 bytes before it, more than a sector has"))
        #expect(
            try Self.damaged(record: 1, put(61_440, 5)).hasSuffix(
                "covers 61440 bytes behind it, more than the file has"))
        #expect(
            try Self.damaged(record: 1, put(.max, 9)).hasSuffix(
                "names a next record 4294967295 bytes behind it, where the file has none"))
        #expect(
            try Self.damaged(record: 1) { $0[$1] = 7 }.hasSuffix(
                "is of type 7, a checksum record is of type 42"))
        #expect(
            try Self.damaged(record: 1) { $0[$1 + 21] = 1 }.hasSuffix(
                "its short sum is neither on nor off (0x1)"))
    }

    @Test("a short sum that is off must be zero")
    func shortOff() throws {
        var log = Self.log()
        let places = ESELog.recordPlaces(log)
        let place = try #require(places.first { log[$0 + 21] == 0xD1 })
        log[place + 18] = 1
        #expect(try Self.problem(log).hasSuffix("has a short sum that is off"))
    }

    @Test("a short sum that is on counts")
    func shortOn() throws {
        var log = Self.log()
        let place = try #require(ESELog.recordPlaces(log).first { log[$0 + 21] == 0x9A })
        log[place + 17] ^= 1
        #expect(try Self.problem(log).contains("): short checksum failed, stored 0x"))
    }

    @Test("a shadow in the place of a record is not taken for one")
    func shadow() throws {
        var log = Self.log()
        let place = ESELog.recordPlaces(log)[1]
        log.put(log.span.uint32(at: place + 13) ^ 0x5AD0_5EC7, at: place + 13)
        #expect(try Self.problem(log).hasSuffix("a shadow stands in the place of the record"))
    }

    @Test("records that cover each other are checked, a crowd of them refused", arguments: [16, 17])
    func overlapping(count: Int) throws {
        var log = Self.log()
        log.put([UInt8](repeating: 0, count: 4096), at: 4096)
        let places = (0..<count).map { 4096 + $0 * 30 }
        for (index, place) in places.enumerated() {
            log[place] = 42
            log.put(UInt32(2000), at: place + 5)
            log.put(UInt32(index + 1 < count ? 8 : 0), at: place + 9)
            log[place + 21] = 0xD1
        }
        // From the last, as each covers those behind it.
        for place in places.reversed() { ESELog.sealRecord(&log, at: place, generation: 7) }
        let expected = count == 16 ? "good" : "more than 16 records overlap here"
        #expect(try Self.problem(log).hasSuffix(expected))
    }

    @Test("the generation is part of every sum")
    func generation() throws {
        var log = Self.log()
        log.put(Int32(8), at: 4)
        var header = Array(log[..<4096])
        header.sealHeader()
        log.put(header, at: 0)
        #expect(try Self.problem(log).contains("record at byte 4096 (sector 8): "))
    }

    @Test("a flipped bit in any byte of what is covered is detected")
    func everyByte() throws {
        var log = Self.log(units: 3, used: 1)
        let header = try LogHeader(parsing: log.span)
        let last = try #require(ESELog.recordPlaces(log).last)
        let end = last + 22 + Int(log.span.uint32(at: last + 5))
        for bit in (4096..<end).map({ $0 * 8 + $0 % 8 }) {
            log[bit / 8] ^= 1 << UInt8(bit % 8)
            var check = LogDataCheck(header)
            check.append(log.span)
            log[bit / 8] ^= 1 << UInt8(bit % 8)
            guard check.finish().problem?.code == .logFileCorrupt else {
                Issue.record("bit \(bit) passed")
                return
            }
        }
    }
}
