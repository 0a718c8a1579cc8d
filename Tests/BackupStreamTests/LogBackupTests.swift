import BackupStream
import ESE
import Platform
import TestSupport
import Testing

/// The logs of a set while it becomes an image.
@Suite struct LogBackupTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    var source: SourceSpecification { .ese(path: folder, logs: nil) }
    init() throws { bench = try Bench() }

    func path(_ generation: Int32) -> String {
        folder + "/" + LogName.archived(base: "E00", generation: generation, isLong: true)
    }

    func flip(_ path: String, at offset: Int) throws {
        let file = try bench.files.open(path, .update)
        var byte = try file.bytes(at: offset, count: 1)
        byte[0] ^= 0x55
        try file.write(byte.span, at: offset)
    }

    /// A dirty database that requires logs 3 and 4 of 1 to 4.
    func write(_ format: ESELogStream.Format = .segments) throws {
        var set = ESESet(isDirty: true)
        set.database.required = .init(3...4)
        set.stream.format = format
        try set.write(to: folder)
    }

    @Test("sets with logs of either version become images", arguments: ESELogStream.Format.allCases)
    func versions(format: ESELogStream.Format) throws {
        try write(format)
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.warnings == [])
        let image = try bench.read(result.imagePath)
        for member in try TarReader(bench.files.open(result.imagePath, .read)).members.dropLast() {
            #expect(Array(image[member.range]) == (try bench.read(folder + "/" + member.name)))
        }
    }

    @Test("a damaged log that no database needs is a warning", arguments: ESELogStream.Format.allCases)
    func unneeded(format: ESELogStream.Format) throws {
        try write(format)
        try flip(path(2), at: 9000)
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.isSound)
        #expect(result.manifest.warnings.count == 2)
        #expect(result.manifest.warnings[0].hasPrefix("\(path(2)): damaged: -501 JET_errLogFileCorrupt: "))
        #expect(result.manifest.warnings[1] == "\(folder)/mdb01.edb: 1 damaged log, the first 2 (0x2)")
        #expect(result.manifest.members.map(\.name).contains("E0000000002.log"))
    }

    @Test("a damaged log that one needs fails", arguments: ESELogStream.Format.allCases)
    func needed(format: ESELogStream.Format) throws {
        try write(format)
        try flip(path(3), at: 9000)
        let error = try bench.failure(of: source)
        #expect(error.exitCode == 21)
        #expect(
            error.detail.hasPrefix(
                "check \(folder)/mdb01.edb: -543 JET_errRequiredLogFilesMissing: logs 3-4 (0x3-0x4) required, "
                    + "3 (0x3) damaged: \(format == .segments ? "segment 2 (byte 8192)" : "record at byte ")")
        )
    }

    @Test("a log that was begun behind another one fails with -590")
    func otherSum() throws {
        try write()
        var log = try bench.read(path(3))
        log.put([UInt8](repeating: 0, count: 4096), at: 5 * 4096)
        try bench.files.open(path(3), .update).write(log.span, at: 0)
        let error = try bench.failure(of: source)
        #expect(
            error.detail == "check \(folder)/mdb01.edb: -590 JET_errLogSequenceChecksumMismatch: "
                + "log 4 (0x4) was begun behind another log than this log 3 (0x3)")
    }

    @Test("a log that is good when read again is shipped as it is then")
    func healed() throws {
        try write()
        let expected = try bench.read(path(3))
        // The first read is that of the header, when the set is listed.
        let files = FlakyFiles(path(3), badReads: .max, badUncached: 2, place: 9000)
        let result = try bench.backup(source, in: files)
        #expect(result.health == .good)
        #expect(
            result.manifest.warnings == ["\(path(3)): had to be read again to be good: check the disk"])
        let members = try TarReader(bench.files.open(result.imagePath, .read)).members
        let log = try #require(members.first { $0.name == "E0000000003.log" })
        #expect(Array(try bench.read(result.imagePath)[log.range]) == expected)
    }

    @Test("a log that stays bad is read seventeen times, the next one twice")
    func patience() throws {
        try write()
        let files = FlakyFiles(path(1), badReads: .max, badUncached: .max, place: 9000)
        try flip(path(2), at: 9000)
        let result = try bench.backup(source, in: files)
        // Listed, then read from memory once; every other try is from the disk.
        #expect(files.reads.count == 2)
        #expect(files.uncached.count == 16)
        #expect(result.manifest.warnings.count { $0.contains(": damaged: -501 ") } == 2)
    }

    @Test(
        "a set after days of work is as good as before", arguments: ESELogStream.Format.allCases,
        [false, true])
    func days(format: ESELogStream.Format, isDirty: Bool) throws {
        var set = ESESet(isDirty: isDirty)
        set.stream.format = format
        try set.write(to: folder)
        for day in 1...2 {
            let outcome = try ESEDay(logs: 3, percent: 20, seed: UInt64(day)).apply(to: folder)
            #expect(outcome.generations == Int32(2 + day * 3)...Int32(4 + day * 3))
            let result = try bench.backup(source)
            #expect(result.health == .good)
            #expect(result.manifest.warnings == [])
            #expect(result.manifest.logs?.last == 4 + day * 3)
            #expect(
                result.manifest.databases.map(\.verdict?.text) == [
                    isDirty
                        ? "recoverable, complete: needs logs \(2 + day * 3)-\(4 + day * 3) "
                            + "(0x\(day == 1 ? "5-0x7" : "8-0xA"))" : "recoverable, clean: needs no logs"
                ])
        }
    }

    @Test("a header that is good when read again is as good as any")
    func healedHeader() throws {
        try write()
        let files = FlakyFiles(path(3), badReads: 1, badUncached: 2, place: 700)
        let result = try bench.backup(source, in: files)
        #expect(result.health == .good)
        #expect(
            result.manifest.warnings == [
                "\(path(3)): its header had to be read again to be good: check the disk"
            ])
        #expect(result.manifest.members.count == 6)
        #expect(result.manifest.healedReads == 1)
    }

    @Test("a log too long to keep is checked on its way", arguments: [false, true])
    func long(isDamaged: Bool) throws {
        var set = ESESet(isDirty: true, logs: 1)
        set.stream.units = 8300
        try set.write(to: folder)
        if isDamaged {
            try flip(folder + "/E00.log", at: 9000)
            let error = try bench.failure(of: source)
            #expect(
                error.detail.contains("1 (0x1) required, damaged: segment 2 (byte 8192): checksum failed"))
            return
        }
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.warnings == [])
        let log = try #require(
            TarReader(bench.files.open(result.imagePath, .read)).members.first { $0.name == "E00.log" })
        #expect(log.range.count == 8300 * 4096)
    }

    @Test("a log made ahead of need is left out, even when it holds an old one")
    func prepared() throws {
        try write()
        let old = try bench.read(path(1))
        for name in ["E00tmp.log", "E00res00001.jrs"] {
            try bench.files.open(folder + "/" + name, .create).write(old.span, at: 0)
        }
        let manifest = try bench.backup(source).manifest
        #expect(manifest.warnings == [])
        #expect(manifest.leftOut.map(\.reason) == ["a log made ahead of need", "a log made ahead of need"])
        #expect(try LogInspection(opening: folder, in: bench.files).streams.map(\.chain.links.count) == [4])
    }

    @Test("only the newest log of the set's own streams tells of circular logging", arguments: [false, true])
    func circular(isNewest: Bool) throws {
        try write()
        let foreign = ESELogStream(seed: 9) {
            $0.base = "E05"
            $0.isCircular = true
        }
        var files = foreign.logs(1...2)
        let own = ESELogStream(seed: 1) { $0.isCircular = true }.logs(1...4)
        files.append(own[0])
        if isNewest { files.append(own[3]) }
        for (name, bytes) in files {
            try? bench.files.remove(folder + "/" + name)
            try bench.files.open(folder + "/" + name, .create).write(bytes.span, at: 0)
        }
        #expect(try bench.backup(source).manifest.logs?.isCircular == (isNewest ? true : nil))
    }

    @Test("what has only the name of a log does not spend the patience for real ones")
    func foreignNames() throws {
        try write()
        for name in ["app20240101.log", "dns.log"] {
            let text = [UInt8](repeating: 0x41, count: 9000)
            try bench.files.open(folder + "/" + name, .create).write(text.span, at: 0)
        }
        let files = FlakyFiles(path(3), badReads: .max, badUncached: 5, place: 9000)
        let result = try bench.backup(source, in: files)
        #expect(result.manifest.healedReads == 1)
        #expect(bench.clock.pauses == [100, 200, 100] + (1...6).map { $0 * 100 })
    }

    @Test("an error of the disk in a second reading is a failed try")
    func errorWhenReadAgain() throws {
        try write()
        let files = FlakyFiles(
            path(3), badReads: .max, badUncached: 3, place: 9000, failures: .uncached)
        let result = try bench.backup(source, in: files)
        #expect(result.manifest.healedReads == 1)
        #expect(files.uncached.count == 4)
    }
}
