import Foundation
import Platform
import TestSupport
import Testing

/// `rto`: what rehearsals measured against what was promised, wherever a status is told.
@Suite struct RestoreTimeTests {
    private static func site(_ more: String) throws -> Site {
        let site = try Site()
        try site.configure(
            source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"], more: more
        )
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        return site
    }

    private static func expect(
        _ site: Site, code: Int32, nagios: Int32, promise: String?, seconds: Int?, finding: String?
    ) throws {
        let line = try #require(try site.json("status", status: code).last)
        #expect(line.text("restore_promise") == promise)
        #expect(line.number("restore_seconds") == seconds)
        let findings = try #require(line.fields["findings"] as? [String])
        #expect(findings.first == finding)
        let said = try site.run("status", "--nagios")
        #expect(said.status == nagios)
        let datum = seconds.map { "'mdb01.vault.restore'=\($0)s;;" }
        #expect(said.outputText.contains("mdb01.vault.restore") == (datum != nil))
        if let datum { #expect(said.outputText.contains(datum)) }
        let file = site.path("hybridrep.prom")
        try site.expectGood("status", "--prometheus", file)
        let metrics = try String(contentsOfFile: file, encoding: .utf8)
        let sample = seconds.map { "hybridrep_restore_seconds{job=\"mdb01\",target=\"vault\"} \($0)\n" }
        #expect(metrics.contains("hybridrep_restore_seconds{") == (sample != nil))
        if let sample { #expect(metrics.contains(sample)) }
    }

    private static func page(_ site: Site, code: Int32) throws -> String {
        #expect(try site.run("report", "--html", site.path("report.html")).status == code)
        return try String(contentsOfFile: site.path("report.html"), encoding: .utf8)
    }

    @Test func whatWasNeverMeasuredIsNotWithin() throws {
        let site = try Self.site("rto: 1h")
        try Self.expect(
            site, code: 25, nagios: 1, promise: "unmeasured", seconds: nil,
            finding: "no rehearsal shows whether a restore takes less than 1 h 0 min; "
                + "try one with: hybridrep rehearse mdb01 --target vault")
        #expect(try Self.page(site, code: 25).contains("not measured, promised 1 h 0 min</li>"))
        try site.expectGood("rehearse", Site.job, "--scratch", site.path("scratch"))
        try Self.expect(site, code: 0, nagios: 0, promise: "within", seconds: 1, finding: nil)
        let page = try Self.page(site, code: 0)
        #expect(page.contains("1 s, promised 1 h 0 min: within</li>"))
        #expect(page.contains("<figcaption>Time of rehearsed restores</figcaption>"))
        #expect(page.contains(">rto</text>"))
    }

    @Test func whatTakesTooLongIsStaleEverywhere() throws {
        let site = try Self.site("rto: 1h")
        try site.noteRehearsal(seconds: 3599.5)
        try Self.expect(site, code: 0, nagios: 0, promise: "within", seconds: 3600, finding: nil)
        try site.noteRehearsal(seconds: 3600.5)
        let finding =
            "a restore takes 1 h 0 min by the last good rehearsal; the limit is 1 h 0 min; use a faster line or a nearer "
            + "target, then measure with: hybridrep rehearse mdb01 --target vault"
        try Self.expect(
            site, code: 25, nagios: 2, promise: "over", seconds: 3601, finding: finding)
        #expect(try Self.page(site, code: 25).contains("1 h 0 min, promised 1 h 0 min: over</li>"))
        #expect(try site.run("status").outputText.contains("CRITICAL"))
    }

    @Test func whatWasRehearsedInPartIsTakenInProportion() throws {
        let site = try Self.site("rto: 1h")
        try site.noteRehearsal(seconds: 1000, share: 0.25)
        let line = try #require(try site.json("status", status: 25).last)
        #expect(line.number("restore_seconds") == 4000)
        #expect(line.flag("restore_extrapolated") == true)
        #expect(line.number("promised_restore_seconds") == 3600)
        let findings = try #require(line.fields["findings"] as? [String])
        #expect(
            findings.first?.hasPrefix(
                "a restore takes 1 h 6 min by the last good rehearsal of less; the limit is 1 h 0 min; ")
                == true)
    }

    @Test func withoutAPromiseItIsShownAndNotJudged() throws {
        let site = try Self.site("rpo: 26h")
        try site.noteRehearsal(seconds: 100_000)
        try Self.expect(site, code: 0, nagios: 0, promise: nil, seconds: 100_000, finding: nil)
        #expect(try Self.page(site, code: 0).contains("27 h 46 min</li>"))
    }
}
