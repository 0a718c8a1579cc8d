import BackupStream
import ESE
import Platform
import TestSupport
import Testing

@Suite struct PageRereadTests {
    @Test("a page that is good when read again is shipped as it is then") func healed() throws {
        let bench = try Bench()
        let folder = bench.path("set")
        let set = ESESet()
        try set.write(to: folder)
        let files = FlakyFiles(folder + "/mdb01.edb", badReads: 2)
        let result = try bench.backup(.ese(path: folder, logs: nil), in: files)
        #expect(result.health == .good)
        #expect(
            result.manifest.warnings == [
                "\(folder)/mdb01.edb: 1 of its pages had to be read again to be good: check the disk"
            ])
        let members = try TarReader(bench.files.open(result.imagePath, .read)).members
        let database = try #require(members.first)
        #expect(Array(try bench.read(result.imagePath)[database.range]) == set.database.bytes())
    }

    @Test func aPageThatStaysBadIsReadSeventeenTimes() throws {
        let bench = try Bench()
        let folder = bench.path("set")
        try ESESet().write(to: folder)
        let files = FlakyFiles(folder + "/mdb01.edb", badReads: .max)
        let error = try bench.failure(of: .ese(path: folder, logs: nil), in: files)
        #expect(error.exitCode == 21)
        #expect(files.reads.count == 17)
    }
}
