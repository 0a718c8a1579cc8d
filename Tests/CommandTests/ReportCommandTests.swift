import Foundation
import Platform
import TestSupport
import Testing

@Suite struct ReportCommandTests {
    private static func site() throws -> Site {
        let site = try Site()
        try Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) })
            .write(to: URL(fileURLWithPath: site.path("db.img")))
        try site.configure(
            source: "file: \(site.path("db.img"))", targets: ["vault": "directory: \(site.store)"],
            more: "rpo: 26h")
        try site.expectGood("init", "vault")
        return site
    }

    private static func html(_ site: Site, status: Int32 = 0) throws -> String {
        let path = site.path("report.html")
        #expect(try site.run("report", "--html", path).status == status)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode.map { $0 & 0o444 } == 0o444)
        let checked = try Command.run(["tidy", "-quiet", "-errors", path])
        #expect(checked.status == 0, "\(checked.errorText)")
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test func pointsAndProofsAreInEachForm() throws {
        let site = try Self.site()
        for _ in 0..<3 { try site.expectGood("run", Site.job) }
        try site.expectGood("verify", Site.job, "--full")
        let text = try site.expectGood("report")
        #expect(text.contains("mdb01 at vault: 3 points, 0 of them not good, "))
        #expect(
            text.contains("mdb01 at vault: 1 verifications, 0 found damage; 0 rehearsed restores, 0 failed"))
        let line = try #require(try site.json("report").last)
        #expect((line.fields["history"] as? [Any])?.count == 3)
        #expect((line.fields["verifications"] as? [[String: Any]])?.first?["level"] as? String == "full")
        let page = try Self.html(site)
        #expect(page.contains("100.0 % at the end"))
        for id in try site.points().compactMap({ $0.text("id") }) { #expect(page.contains(id)) }
        #expect(page.contains("<span class=\"state ok\">OK</span>"))
        #expect(page.components(separatedBy: "<svg ").count == 7)
        #expect(page.components(separatedBy: "<title>").count == 8)
        #expect(page.contains("There was none in this time: that this data can be restored is not shown."))
        for outside in ["http:", "https:", "<script", "src=", "@import", "url("] {
            #expect(!page.contains(outside), "\(outside)")
        }
    }

    @Test func noDataIsNeverGreen() throws {
        let site = try Self.site()
        let empty = try Self.html(site, status: 25)
        #expect(empty.contains("<span class=\"state critical\">CRITICAL</span>"))
        #expect(empty.contains("There is no point in this time."))
        #expect(empty.contains("<li><span>Its age</span> no point, promised 26 h 0 min</li>"))
        #expect(!empty.contains("</span> never, promised 26 h"))
        #expect(!empty.contains("class=\"state ok\""))
        try FileManager.default.moveItem(atPath: site.store, toPath: site.path("away"))
        let away = try Self.html(site, status: 10)
        #expect(away.contains("<span class=\"state unknown\">UNKNOWN</span>"))
        #expect(away.contains("Nothing is known of it, and nothing is claimed."))
        #expect(!away.contains("<svg "))
    }

    @Test func aJobThatHasStoppedIsAGapThatGrows() throws {
        let site = try Self.site()
        try site.expectGood("run", Site.job)
        let path = site.path("report.html")
        #expect(try site.run(later: "+3d", "report", "--html", path).status == 25)
        let page = try String(contentsOfFile: path, encoding: .utf8)
        #expect(page.contains("<span class=\"state critical\">CRITICAL</span>"))
        #expect(page.contains("<li><span>Longest without a new good point</span> 3 d 0 h</li>"))
        #expect(page.contains("<title>Time without a new good point, 1 value, 3 d at most, from "))
    }

    @Test func whatOthersWroteIsEscaped() throws {
        let site = try Self.site()
        try site.expectGood("run", Site.job)
        try site.expectGood("suspend", Site.job, "--comment", "<script>alert(1)</script> & \"more\"")
        let page = try Self.html(site)
        #expect(page.contains("suspended: &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;"))
        #expect(!page.contains("<script"))
    }

    @Test func onlyTheTimeAskedForIsInIt() throws {
        let site = try Self.site()
        try site.expectGood("run", Site.job)
        let later = try site.run(later: "+40d", "report", "--json")
        #expect(later.status == 25)
        let line = try #require(try Line.parse(later.output).last)
        #expect((line.fields["history"] as? [Any])?.count == 0)
        let all = try site.run(later: "+40d", "report", "--json", "--since", "90d")
        #expect((try Line.parse(all.output).last?.fields["history"] as? [Any])?.count == 1)
    }

    @Test func anAddressThatWouldBeAnOptionOrAHeaderIsRefused() throws {
        let site = try Self.site()
        for wrong in ["nobody", "a@b\nBcc: c@d", "-oQ/tmp a@b"] {
            #expect(try site.run("report", "--mail", wrong).status == 2, "\(wrong)")
        }
    }
}
