import Foundation
import TestSupport
import Testing

@Suite struct LostStateTests {
    enum Loss: String, CaseIterable, CustomTestStringConvertible {
        case state, spool, both
        var testDescription: String { rawValue }
    }

    // Goal of this test: a host that was installed anew goes on where the old one stopped.
    @Test(
        "a host that lost its memory ships nothing twice", arguments: Loss.allCases,
        [Link.Kind.directory, .library])
    func losing(loss: Loss, kind: Link.Kind) throws {
        try #require(Link.Kind.available.contains(kind))
        let site = try Site(Link(kind))
        try site.expectGood("run", Site.job)
        try site.mutate(2)
        try site.expectGood("run", Site.job)
        let whole = try #require(try site.points().first?.number("shipped_bytes"))
        if loss != .spool { try FileManager.default.removeItem(atPath: site.state) }
        if loss != .state { try FileManager.default.removeItem(atPath: site.path("spool")) }

        let changed = try site.mutate(3).changed.count
        let now = try site.source()
        let result = try site.run("run", Site.job, "--json")
        #expect(result.status == 0, "\(result.errorText)")
        let lines = try Line.parse(result.output)
        let warnings = lines.filter { $0.type == "warning" }
        #expect(warnings.count == (loss == .state ? 0 : 1), "\(result.errorText)")
        #expect(result.errorText.split(separator: "\n").count == warnings.count)
        let summary = try #require(lines.last)
        #expect(summary.text("point_id")?.hasPrefix("3-") == true)
        // Changed and appended pages, header pair, page 2; the rest is what tar and hybridrep.json say of them.
        #expect(try #require(summary.number("blocks_changed")) <= changed + 2 + 3 + 12)
        #expect(try #require(summary.number("bytes_stored")) < whole / 4)
        try site.expectGood("verify", Site.job, "--full")
        try site.expectGood("restore", Site.job, "--to", site.path("now"))
        #expect(try site.restored("now") == now)

        // Remembered again: the next run has nothing to say.
        let next = try site.run("run", Site.job)
        #expect(next.status == 0)
        #expect(next.outputText + next.errorText == "")
    }

    // Goal of this test: what this host remembers is checked against the store, not believed.
    @Test func anOlderCopyOfTheStoreIsNoticed() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let copy = site.path("copy")
        try FileManager.default.copyItem(atPath: site.store, toPath: copy)
        try site.expectGood("run", Site.job)
        try FileManager.default.removeItem(atPath: site.store)
        try FileManager.default.moveItem(atPath: copy, toPath: site.store)
        let errors = try site.expect(10, "run", Site.job)
        #expect(errors.contains("target vault has lost point 2"))
        #expect(errors.contains("\nhint: "))
    }
}
