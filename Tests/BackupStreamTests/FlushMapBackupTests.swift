import BackupStream
import ESE
import Platform
import TestSupport
import Testing

@Suite struct FlushMapBackupTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    var source: SourceSpecification { .ese(path: folder, logs: nil) }
    init() throws { bench = try Bench() }

    /// Writes a set with its flush map, one page of which is an older version by the map's account.
    func write(
        isDirty: Bool = false, isLost: Bool = true, mapName: String = "mdb01.jfm",
        _ change: (inout [UInt8]) -> Void = { _ in }
    ) throws {
        var set = ESESet(isDirty: isDirty)
        set.database.hasFlushMap = true
        try set.write(to: folder)
        var map = set.database.flushMap()
        change(&map)
        try bench.files.open(folder + "/" + mapName, .create).write(map.span, at: 0)
        guard isLost else { return }
        let old = ESEPage.content(.kib8, number: 9, .init(dbtime: 4, flushType: .unknown), seed: 1)
        try bench.files.open(folder + "/mdb01.edb", .update).write(old.span, at: 10 * 8192)
    }

    @Test("a lost write is a bad page, read again first", arguments: ["mdb01.jfm", "MDB01.JFM"])
    func lost(name: String) throws {
        try write(mapName: name)
        let error = try bench.failure(of: source)
        #expect(error.exitCode == 21)
        #expect(
            error.detail
                == "check \(folder)/mdb01.edb: 1 bad page: 9; page 9: lost write, "
                + "-1119 JET_errReadLostFlushVerifyFailure: the page is flush type unknown, the flush map has "
                + "\(ESEFlushMap.type(of: 9, seed: 1))")
        #expect(bench.clock.pauses.count == 16)
        let accepted = try bench.backup(source, .init(acceptDamaged: true))
        #expect(accepted.health == .damaged)
        #expect(accepted.manifest.databases.map(\.pages.bad) == [1])
        #expect(accepted.manifest.databases.map(\.pages.lostWrites) == [1])
        #expect(try ImageManifest(parsing: accepted.manifest.json) == accepted.manifest)
    }

    @Test("an intact database is good, and its map is left out of the image")
    func intact() throws {
        try write(isLost: false)
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.warnings.isEmpty)
        #expect(result.manifest.leftOut.map(\.name) == ["mdb01.jfm"])
    }

    @Test("a map is read as far as its database goes, however long it is")
    func huge() throws {
        try write(isLost: false)
        try bench.files.open(folder + "/mdb01.jfm", .update).truncate(to: 1 << 40)
        // Behind what is read to tell what kind of file it is.
        let files = FlakyFiles(folder + "/mdb01.jfm", badReads: 0, badUncached: 0, place: 12 * 8192)
        let result = try bench.backup(source, in: files)
        #expect(result.manifest.warnings.isEmpty)
        #expect(files.reads.count == 0)
    }

    @Test("a database file that is a source by itself is compared with the map beside it")
    func raw() throws {
        try write()
        let error = try bench.failure(of: .file(folder + "/mdb01.edb"))
        #expect(error.detail.contains("-1119"))
    }

    @Test("a map that is another's or was not closed is not used", arguments: [100, 120, 36])
    func unusable(place: Int) throws {
        try write { map in
            map[place == 100 ? 117 : place] ^= 1
            var header = Array(map[..<8192])
            header.sealHeader()
            map.replaceSubrange(0..<8192, with: header)
        }
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.warnings.isEmpty)
    }

    @Test func theMapOfADirtyDatabaseIsNotUsed() throws {
        try write(isDirty: true)
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.warnings.isEmpty)
    }

    @Test(
        "a damaged map is not used, and noted",
        arguments: [
            (900, "its header has a wrong checksum"), (9000, "its page 0 has a wrong checksum"),
            (-1, "it ends inside a page"),
        ])
    func damaged(place: Int, problem: String) throws {
        try write { map in
            if place < 0 { map.removeLast() } else { map[place] ^= 4 }
        }
        let result = try bench.backup(source)
        #expect(result.health == .good)
        let warning = "\(folder)/mdb01.edb: the flush map is damaged and was not used: \(problem)"
        #expect(result.manifest.warnings == [warning])
    }

    @Test("a day's work leaves a made-up database and its map in agreement")
    func mutated() throws {
        try write(isLost: false)
        let file = try bench.files.open(folder + "/mdb01.edb", .update)
        let day = try ESEMutation(percent: 50, appended: 7, seed: 4).apply(to: file)
        #expect(day.changed.count > 10)
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.databases.map(\.pages.seen) == [71])
    }

    @Test("the inspection compares with the map too, and measures itself")
    func inspection() throws {
        try write()
        let database = try DatabaseInspection(opening: folder + "/mdb01.edb", in: bench.files)
        let (report, reading) = try database.pages(clock: SteppingClock(stepNanoseconds: 2_000_000))
        #expect(report.lostWrites == 1)
        #expect(report.flushMap == .used)
        #expect(reading.reads == 2)
        #expect(reading.bytes == 64 * 8192)
        #expect(reading.nanoseconds == 10_000_000)
        #expect(reading.millisecondsPerRead == 2)
        #expect(
            EseutilReport.pages(report, header: database.header.state, reading: reading).hasSuffix(
                """
                0x2750 highest dbtime (pgno 0x2)

                2 reads performed
                0 MB read
                0 seconds taken
                50 MB/second
                10 milliseconds used
                2 milliseconds per read
                2 milliseconds for the slowest read
                2 milliseconds for the fastest read

                """))
    }

    @Test(
        "a bad copy of the header is told by its page number", arguments: [(0, "page -1"), (8192, "page 0")])
    func header(place: Int, page: String) throws {
        try write(isLost: false)
        try bench.files.open(folder + "/mdb01.edb", .update).write([9].span, at: place + 700)
        let database = try DatabaseInspection(opening: folder + "/mdb01.edb", in: bench.files)
        let (report, _) = try database.pages(clock: FixedClock())
        #expect(report.isGood)
        let text = EseutilReport.pages(report, header: database.header.state)
        #expect(text.hasPrefix("WARNING: \(page) (header) checksum failed, "))
        #expect(text.contains("66 pages seen\n"))
    }
}
