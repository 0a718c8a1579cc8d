import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// `verify` names the bytes that damage takes, by member and page.
@Suite struct DamagePlaceTests {
    private static let block = 8192

    private static func content(_ versions: [Int]) -> Data {
        var generator = SeededGenerator(seed: 9)
        var bytes: [UInt8] = []
        for (number, version) in versions.enumerated() {
            var page = generator.bytes(block)
            if version > 0 {
                var other = SeededGenerator(seed: UInt64(number * 100 + version))
                page = other.bytes(block)
            }
            bytes += page
        }
        return Data(bytes)
    }

    @Test func theBlocksOfADamagedPackAreNamedAndNoOthers() throws {
        let site = try Site()
        let file = URL(fileURLWithPath: site.path("db.img"))
        var versions = [Int](repeating: 0, count: 64)
        try Self.content(versions).write(to: file)
        try site.configure(source: "file: \(file.path)", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        let first = Set(try site.stored("packs"))
        for number in [5, 6, 40] { versions[number] = 1 }
        try Self.content(versions).write(to: file)
        try site.expectGood("run", Site.job)
        let second = try #require(Set(try site.stored("packs")).subtracting(first).first)
        let length = try Data(contentsOf: URL(fileURLWithPath: second)).count
        try site.flip(second, at: length / 3)
        let errors = try site.expect(22, "verify", Site.job, "--full")
        #expect(errors.contains("lacks blocks 5 to 6 (image bytes 40960 to 57343)"))
        #expect(errors.contains("lacks block 40 (image bytes 327680 to 335871)"))
        let line = try #require(
            try site.json("verify", Site.job, "--full", status: 22).last { $0.type == "summary" })
        #expect(line.text("damaged_point_id")?.hasPrefix("2-") == true)
        let parts = try #require(line.fields["damaged_parts"] as? [[String: Any]])
        #expect(parts.map { $0["offset"] as? Int } == [40960, 327_680])
        #expect(parts.map { $0["length"] as? Int } == [16384, 8192])
        // The first point needs nothing of it.
        try site.expectGood("verify", Site.job, "1", "--full")
    }

    // Goal of this test: of a night whose packs are gone, the pages are named that this night has written.
    @Test("the pages that are lost are those that changed", arguments: PageSize.allCases)
    func pagesOfANight(size: PageSize) throws {
        let site = try Site(Link(.directory), pageSize: size, pages: 120)
        try site.expectGood("run", Site.job)
        let before = try Data(contentsOf: URL(fileURLWithPath: site.database))
        let first = Set(try site.stored("packs"))
        let night = try site.mutate(UInt64(size.bytes), percent: 6, appended: 3)
        try site.expectGood("run", Site.job)
        for pack in Set(try site.stored("packs")).subtracting(first) {
            try FileManager.default.removeItem(atPath: pack)
        }
        let after = try Data(contentsOf: URL(fileURLWithPath: site.database))
        func block(_ number: Int, of data: Data) -> Data {
            data.dropFirst(number * size.bytes).prefix(size.bytes)
        }
        let changed = (0..<after.count / size.bytes).filter { number in
            let content = block(number, of: after)
            return content != block(number, of: before) && content.contains { $0 != 0 }
        }
        let line = try #require(
            try site.json("verify", Site.job, "--full", status: 22).last { $0.type == "summary" })
        #expect(line.text("damaged_point_id")?.hasPrefix("2-") == true)
        let parts = try #require(line.fields["damaged_parts"] as? [[String: Any]]).map(Line.init).filter {
            $0.text("text")?.hasPrefix(ESESet.databaseName + ", ") == true
                && $0.text("text")?.hasPrefix(ESESet.databaseName + ", block") == false
        }
        let named = parts.flatMap { part in
            Array((part.number("first_block") ?? 0)...(part.number("last_block") ?? 0))
        }
        #expect(named == changed)
        #expect(parts.allSatisfy { ($0.number("length") ?? 0) % size.bytes == 0 })
        // Page n stands in block n + 1, behind two headers.
        #expect(Set(night.changed.map { Int($0) + 1 }).isSubset(of: changed))
        let single = try #require(
            parts.first {
                $0.number("first_block") == $0.number("last_block") && $0.number("first_block") ?? 0 > 1
            })
        #expect(
            single.text("text")?.hasPrefix(
                "\(ESESet.databaseName), page \((single.number("first_block") ?? 0) - 1) (image bytes ")
                == true)
    }

    @Test func ofADatabaseThePagesAreNamed() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let pack = try #require(try site.stored("packs").first)
        try FileManager.default.removeItem(atPath: pack)
        let errors = try site.expect(22, "verify", Site.job)
        #expect(errors.contains("\(ESESet.databaseName), pages 1 to ") || errors.contains(" and its header"))
    }
}
