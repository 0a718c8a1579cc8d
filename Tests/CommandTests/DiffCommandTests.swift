import Foundation
import Platform
import TestSupport
import Testing

/// `hybridrep diff`: what changed between two points.
@Suite struct DiffCommandTests {
    private static func members(_ line: Line) throws -> [String: Line] {
        let members = try #require(line.fields["members"] as? [[String: Any]]).map(Line.init)
        return Dictionary(uniqueKeysWithValues: members.map { ($0.text("name") ?? "?", $0) })
    }

    // Goal of this test: an administrator sees which pages of which database the night has written.
    @Test("the pages of a database that changed are named, near and far", arguments: Link.Kind.nearAndFar)
    func pages(kind: Link.Kind) throws {
        let site = try Site(try Link(kind), pages: 200)
        try site.expectGood("run", Site.job)
        let outcome = try site.mutate(3, percent: 8, appended: 2)
        try site.expectGood("run", Site.job)
        let line = try #require(try site.json("diff", Site.job).last)
        #expect(line.text("from_point_id")?.hasPrefix("1-") == true)
        #expect(line.text("to_point_id")?.hasPrefix("2-") == true)
        let database = try #require(try Self.members(line)[ESESet.databaseName])
        #expect(database.flag("is_database") == true)
        #expect(database.number("block_size") == 8192)
        #expect(database.number("blocks_added") == 2)
        #expect(database.number("bytes_added") == 2 * 8192)
        let stretches = try #require(database.fields["stretches"] as? [[String: Any]]).map(Line.init)
        let changed = stretches.filter { $0.text("kind") == "changed" }.flatMap { stretch in
            let first = stretch.number("first_block") ?? 0
            return Array(first..<first + (stretch.number("blocks") ?? 0))
        }
        // Pages stand behind two headers. Those of the owned extents change as well, with the appended ones.
        let pages = Set(changed.filter { $0 > 1 }.map { UInt32($0 - 1) })
        #expect(pages.isSuperset(of: outcome.changed))
        #expect(pages.subtracting(outcome.changed).allSatisfy { $0 < 7 })
        #expect(database.number("blocks_changed") == changed.count)
        // Nothing of a pack comes over the line.
        let received = try #require(line.number("bytes_received"))
        #expect(received < 40_000, "\(received)")
        let text = try site.expectGood("diff", Site.job, "1", "2")
        #expect(text.hasPrefix("from point 1-"))
        #expect(text.contains("\(ESESet.databaseName) "))
        #expect(text.contains(" pages "))
        #expect(try site.expectGood("diff", Site.job, "2", "latest").contains(": nothing changed\n"))
        #expect(
            try site.expectGood("diff", Site.job, "--at", "2100-01-01T00:00:00Z", "latest").contains(
                "from point "))
    }

    @Test func theTreesOfChangedPagesAreNamed() throws {
        let site = try Site(try Link(.directory), pages: 200)
        try site.expectGood("run", Site.job)
        let outcome = try site.mutate(3, percent: 8, appended: 2)
        try site.expectGood("run", Site.job)
        let line = try #require(try site.json("diff", Site.job, "1", "2", "--trees").last)
        let found = try #require((line.fields["trees"] as? [[String: Any]])?.first).map { $0 }
        let database = Line(Dictionary(uniqueKeysWithValues: found))
        #expect(database.text("database") == ESESet.databaseName)
        #expect(database.number("pages_left_out") == 0)
        let trees = try #require(database.fields["trees"] as? [[String: Any]]).map(Line.init)
        // By the headers of the pages themselves, before and after.
        #expect(trees.reduce(0) { $0 + ($1.number("pages_gained") ?? 0) } == 2)
        #expect(trees.reduce(0) { $0 + ($1.number("pages_changed") ?? 0) } >= outcome.changed.count)
        let text = try site.expectGood("diff", Site.job, "1", "2", "--trees")
        #expect(text.contains("pages of each tree (objidFDP):\nDATABASE"))
    }

    @Test func whatCannotBeComparedIsRefusedWithWhatToType() throws {
        let site = try Site(withLogsOf: ESESet(pages: 60, isDirty: true))
        try site.expectGood("run", Site.job)
        #expect(try site.expect(10, "diff", Site.job).contains("is the first: there is no point before it"))
        try site.expectGood("run", Site.job)
        try site.expectGood("run", Site.job, "--full")
        let same = try site.expect(2, "diff", Site.job, "1", "2")
        #expect(same.contains("has logs only, which continue point 1"), "\(same)")
        let errors = try site.expect(2, "diff", Site.job, "2", "3")
        #expect(errors.contains("hint: compare the fulls: hybridrep diff mdb01 1 3"), "\(errors)")
        // A full is compared with the full before it.
        #expect(try site.expectGood("diff", Site.job).hasPrefix("from point 1-"))
        #expect(try site.expect(10, "diff", Site.job, "9").contains("has no point 9"))
        #expect(try site.expect(2, "diff", Site.job, "1", "2", "3").contains("at most two points"))
    }

    @Test func membersComeAndGo() throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 60, isDirty: true))
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        let before = try site.source()
        _ = try ESEDay(logs: 2, percent: 10, appended: 3, seed: 4).apply(to: site.path("source"))
        try site.expectGood("run", Site.job)
        let after = try site.source()
        let members = try Self.members(try #require(try site.json("diff", Site.job).last))
        for (name, bytes) in after {
            let member = try #require(members[name])
            #expect(member.number("length_after") == bytes.count)
            #expect(member.number("length_before") == before[name]?.count)
            if before[name] == bytes { #expect(member.number("bytes_unchanged") == bytes.count) }
        }
        for (name, bytes) in before where after[name] == nil {
            #expect(members[name]?.number("bytes_removed") == bytes.count)
        }
        #expect(members.values.contains { $0.fields["length_before"] is NSNull })
    }
}
