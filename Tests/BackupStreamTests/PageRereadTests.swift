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
}
