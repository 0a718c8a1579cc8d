import BackupStream
import ESE
import Platform
import Synchronization
import TestSupport
import Testing

@Suite struct PageRereadTests {
    @Test(
        "a page that is good when read again from the disk is shipped as it is then", arguments: [0, 2, 15])
    func healed(badUncached: Int) throws {
        let bench = try Bench()
        let folder = bench.path("set")
        let set = ESESet()
        try set.write(to: folder)
        // What memory has of the page stays wrong: only the disk can help.
        let files = FlakyFiles(folder + "/mdb01.edb", badReads: .max, badUncached: badUncached)
        let result = try bench.backup(.ese(path: folder, logs: nil), in: files)
        #expect(result.health == .good)
        #expect(files.uncached.count == badUncached + 1)
        #expect(files.reads.count == 1)
        #expect(result.manifest.healedReads == 1)
        #expect(result.manifest.summary.healedReads == 1)
        #expect(
            result.manifest.warnings == [
                "\(folder)/mdb01.edb: 1 of its pages had to be read again to be good: check the disk"
            ])
        let members = try TarReader(bench.files.open(result.imagePath, .read)).members
        let database = try #require(members.first)
        #expect(Array(try bench.read(result.imagePath)[database.range]) == set.database.bytes())
    }

    @Test("a page that stays bad is read again sixteen times, with growing pauses")
    func staysBad() throws {
        let bench = try Bench()
        let folder = bench.path("set")
        try ESESet().write(to: folder)
        let files = FlakyFiles(folder + "/mdb01.edb", badReads: .max, badUncached: .max)
        let error = try bench.failure(of: .ese(path: folder, logs: nil), in: files)
        #expect(error.exitCode == 21)
        #expect(files.reads.count == 1)
        #expect(files.uncached.count == 16)
        #expect(bench.clock.pauses == (1...16).map { $0 * 100 })
    }

    @Test func aSourceWithoutBadReadsSaysNothingOfThem() throws {
        let bench = try Bench()
        try ESESet().write(to: bench.path("set"))
        let manifest = try bench.backup(.ese(path: bench.path("set"), logs: nil)).manifest
        #expect(manifest.healedReads == nil)
        #expect(!String(decoding: manifest.json, as: UTF8.self).contains("healed"))
    }

    @Test(
        "a database header that is good when read again is shipped as it is then", arguments: [false, true])
    func header(areBothWrong: Bool) throws {
        let bench = try Bench()
        let folder = bench.path("set")
        try ESESet().write(to: folder)
        let path = folder + "/mdb01.edb"
        let expected = try bench.read(path)
        // What memory has of it stays wrong.
        let files = FlakyFiles(
            path, badReads: .max, badUncached: 1, place: 700, mirror: areBothWrong ? 8192 + 700 : nil)
        let result = try bench.backup(.ese(path: folder, logs: nil), in: files)
        #expect(result.health == .good)
        // When the set was listed, and when the file was read.
        #expect(result.manifest.healedReads == 2)
        #expect(
            result.manifest.warnings == [
                "\(path): its header had to be read again to be good: check the disk",
                "\(path): 1 of its pages had to be read again to be good: check the disk",
            ])
        let members = try TarReader(bench.files.open(result.imagePath, .read)).members
        let member = try #require(members.first { $0.name == "mdb01.edb" })
        #expect(Array(try bench.read(result.imagePath)[member.range]) == expected)
    }

    @Test("a piece that the disk gives when asked again is shipped", arguments: [false, true])
    func errors(isRaw: Bool) throws {
        let bench = try Bench()
        let folder = bench.path("set")
        try ESESet().write(to: folder)
        let path = folder + "/mdb01.edb"
        let files = FlakyFiles(path, badReads: .max, badUncached: 3, failures: .all)
        let result = try bench.backup(isRaw ? .file(path) : .ese(path: folder, logs: nil), in: files)
        #expect(result.health == .good)
        #expect(result.manifest.healedReads == 1)
        #expect(
            result.manifest.warnings == [
                "\(path): 1 failed read was good when done again: check the disk"
            ])
        #expect(bench.clock.pauses == [100, 200, 300, 400])
    }

    @Test("a piece that the disk never gives is an error, after sixteen tries")
    func errorStays() throws {
        let bench = try Bench()
        let folder = bench.path("set")
        try ESESet().write(to: folder)
        let files = FlakyFiles(
            folder + "/mdb01.edb", badReads: .max, badUncached: .max, failures: .all)
        let error = try bench.failure(of: .ese(path: folder, logs: nil), in: files)
        #expect(error.exitCode == 20)
        #expect(error.detail == "read \(folder)/mdb01.edb: Input/output error")
        #expect(files.uncached.count == 16)
    }
}
