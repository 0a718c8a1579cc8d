import BackupStream
import ESE
import Image
import Platform
import TestSupport
import Testing

/// Pages of every kind through a whole backup.
@Suite struct PageKindTests {
    let bench: Bench
    var folder: String { bench.path("set") }
    var source: SourceSpecification { .ese(path: folder, logs: nil) }
    init() throws { bench = try Bench() }

    func write(_ change: (inout ESEDatabase) -> Void) throws -> ESEDatabase {
        var set = ESESet(pages: 100)
        change(&set.database)
        try set.write(to: folder)
        return set.database
    }

    @Test("a flipped bit that could be corrected fails the backup, is named, and is never corrected")
    func flippedBit() throws {
        let database = try write { _ in }
        let place = 20 * 8192 + 3000
        let byte = database.bytes()[place]
        try bench.files.open(folder + "/mdb01.edb", .update).write([byte ^ 0x10].span, at: place)
        let error = try bench.failure(of: source)
        #expect(error.exitCode == 21)
        #expect(error.detail.hasSuffix("page 19: checksum failed, as if bit \(3000 * 8 + 4) had flipped"))
        let accepted = try bench.backup(source, .init(acceptDamaged: true))
        #expect(accepted.manifest.databases.map(\.pages.correctable) == [1])
        let members = try TarReader(bench.files.open(accepted.imagePath, .read)).members
        let member = try #require(members.first)
        #expect(try bench.read(accepted.imagePath)[member.range.lowerBound + place] == byte ^ 0x10)
    }

    @Test("a page in another's slot is told from damage", arguments: [PageSize.kib8, .kib16])
    func misplaced(size: PageSize) throws {
        let database = try write { $0.size = size }
        let page = database.page(30)
        try bench.files.open(folder + "/mdb01.edb", .update).write(page.span, at: size.offset(ofPage: 40))
        let error = try bench.failure(of: source)
        #expect(error.exitCode == 21)
        #expect(error.detail.hasSuffix(size.isLarge ? "page 40: holds page 30" : "perhaps page 30"))
    }

    @Test(
        "old and mixed formats are good", arguments: ESEDatabase.PageFormat.allCases, [PageSize.kib2, .kib4])
    func formats(format: ESEDatabase.PageFormat, size: PageSize) throws {
        _ = try write {
            $0.size = size
            $0.format = format
        }
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.warnings.isEmpty)
    }

    @Test("the end of the database is found through a deep tree, in a file and in a stream", arguments: 1...4)
    func deepTree(levels: Int) throws {
        let database = try write {
            $0.treeLevels = levels
            $0.garbageSlots = 6
        }
        let result = try bench.backup(source)
        #expect(result.health == .good)
        #expect(result.manifest.databases.map(\.pages.behindEnd) == [6])
        var check = StreamPageCheck()
        let bytes = database.bytes()
        for start in stride(from: 0, to: bytes.count, by: 9999) {
            check.append(bytes[start..<min(start + 9999, bytes.count)].span)
        }
        let findings = check.finish()
        #expect(findings.map(\.fault) == [nil])
        #expect(findings.map(\.database.pages.behindEnd) == [6])
    }
}
