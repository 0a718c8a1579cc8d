import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// The three criteria for replicated data, as the report shows them, or does not.
@Suite struct CriteriaTests {
    /// hybridrep.ExitStatus by criterion, and the facts of one of them.
    private static func criteria(_ site: Site, status: Int32 = 0) throws -> [String: (
        String, [String: String]
    )] {
        let line = try #require(try site.json("report", status: status).last)
        let criteria = try #require(line.fields["criteria"] as? [[String: Any]]).map(Line.init)
        #expect(criteria.map { $0.text("criterion") } == ["write_order", "proven_recovery", "support"])
        var found: [String: (String, [String: String])] = [:]
        for criterion in criteria {
            let facts = (criterion.fields["facts"] as? [[String: String]] ?? []).map {
                ($0["label"] ?? "", $0["value"] ?? "")
            }
            found[criterion.text("criterion") ?? ""] = (
                criterion.text("verdict") ?? "", Dictionary(facts) { first, _ in first }
            )
        }
        return found
    }

    @Test func ofASetAllThreeCanBeShown() throws {
        let site = try Site.rehearsing()
        let before = try Self.criteria(site)
        #expect(before["write_order"]?.0 == "shown")
        #expect(before["proven_recovery"]?.0 == "not_shown")
        #expect(
            before["proven_recovery"]?.1["Therefore"] == "no rehearsed restore is known: nobody has tried")
        #expect(before["support"]?.0 == "shown")
        try site.rehearse(["--exec", "test -d {}"])
        let after = try Self.criteria(site)
        let order = try #require(after["write_order"]?.1)
        #expect(
            order[ESESet.databaseName]?.hasPrefix("Dirty Shutdown; recoverable, complete: needs logs") == true
        )
        #expect(order["Logs"] == "4, generations 1 to 4")
        #expect(order["Pages"] == "64 checked, 0 bad")
        let recovery = try #require(after["proven_recovery"])
        #expect(recovery.0 == "shown")
        #expect(recovery.1["Tried with"]?.hasPrefix("test -d /") == true)
        #expect(recovery.1["Tried with"]?.hasSuffix(": ended with exit status 0") == true)
        #expect(recovery.1["Restored"]?.hasSuffix("digest matches") == true)
        #expect(after["support"]?.1["Restore, step by step"] == "hybridrep runbook mdb01")
        let text = try site.expectGood("report")
        #expect(text.contains("mdb01 at vault: write order: shown\n  Newest good point: 1-"))
        #expect(text.contains("mdb01 at vault: proven recovery: shown\n"))
    }

    @Test func ofALogPointTheDatabasesAreThoseOfItsFull() throws {
        let site = try Site.rehearsing()
        try site.expectGood("run", Site.job)
        #expect(try site.points().map { $0.text("kind") } == ["full", "logs"])
        let order = try #require(try Self.criteria(site)["write_order"])
        #expect(order.0 == "shown")
        #expect(order.1["Continues"]?.hasPrefix("full 1-") == true)
        #expect(order.1[ESESet.databaseName]?.hasPrefix("Dirty Shutdown; recoverable") == true)
        #expect(order.1["Pages"] == "64 checked, 0 bad")
    }

    @Test func ofBytesThatAreNoDatabaseTheOrderIsNotShown() throws {
        let site = try Site(source: "file: \(#filePath)")
        try site.expectGood("run", Site.job)
        let order = try #require(try Self.criteria(site)["write_order"])
        #expect(order.0 == "not_shown")
        #expect(
            order.1["Therefore"] == "bytes that are no database: whoever made them answers for their order")
    }

    @Test func aFailedRehearsalContradicts() throws {
        let site = try Site.rehearsing()
        try site.rehearse()
        try site.rehearse(["--exec", "test -f {}"], status: 22)
        let recovery = try #require(try Self.criteria(site, status: 22)["proven_recovery"])
        #expect(recovery.0 == "contradicted")
        #expect(recovery.1["Rehearsed restores in this time"] == "2, 1 failed")
        #expect(recovery.1["Last one"]?.contains("failed: the command ended with exit status 1") == true)
    }

    // Goal of this test: nothing is green of which nothing is known.
    @Test func withoutDataNothingIsShown() throws {
        let site = try Site(source: "file: \(#filePath)")
        let verdicts = try Self.criteria(site, status: 25).values.map(\.0)
        #expect(verdicts == ["not_shown", "not_shown", "not_shown"])
        try FileManager.default.moveItem(atPath: site.store, toPath: site.path("away"))
        #expect(try site.json("report", status: 10).last?.fields["criteria"] == nil)
        _ = try site.run("report", "--html", site.path("report.html"))
        #expect(
            try !String(contentsOfFile: site.path("report.html"), encoding: .utf8).contains("three criteria"))
    }
}
