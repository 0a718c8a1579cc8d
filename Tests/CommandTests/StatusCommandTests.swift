import Foundation
import Platform
import TestSupport
import Testing

/// `status` and what it reads: proofs that pushes and verifications have left in the store.
@Suite struct StatusCommandTests {
    private static func site(_ more: String = "") throws -> Site {
        let site = try Site()
        try site.configure(
            source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"], more: more
        )
        try site.expectGood("init", "vault")
        return site
    }

    private static func status(_ site: Site, code: Int32 = 0) throws -> Line {
        try #require(try site.json("status", Site.job, status: code).last)
    }

    @Test func whatWasShippedDoesNotWaitHoweverFastItCame() throws {
        let site = try Self.site()
        for night in 0..<4 {
            try site.flip(site.path("db.img"), at: night * 1000)
            try site.expectGood("run", Site.job)
        }
        #expect(try Self.status(site).number("waiting_images") == 0)
        try site.flip(site.path("db.img"), at: 7)
        try site.expectGood("backup", Site.job)
        #expect(try Self.status(site).number("waiting_images") == 1)
    }

    @Test func aRunIsSeenAndProvedAndNothingElseIsClaimed() throws {
        let site = try Self.site()
        let before = try Self.status(site, code: 25)
        #expect(before.text("state") == "critical")
        #expect(before.number("points") == 0)
        try site.expectGood("run", Site.job)
        let after = try Self.status(site)
        #expect(after.text("state") == "ok")
        #expect(after.number("points") == 1)
        #expect(after.text("latest_point_id") == after.text("head_point_id"))
        #expect(after.text("verified_time") != nil)
        for key in ["all_read_since", "rehearsed_time", "promised_point_age", "all_read_age"] {
            #expect(after.fields[key] is NSNull, "\(key)")
        }
        #expect(after.number("waiting_images") == 0)
        let text = try site.expectGood("status")
        #expect(text.contains("never"))
        #expect(text.contains("OK"))
    }

    @Test func partsAddUpToAWholeReading() throws {
        let site = try Self.site("verify: {full-within: 30d}")
        try site.expectGood("run", Site.job)
        let before = try Self.status(site, code: 25)
        #expect(
            (before.fields["findings"] as? [String])?.first?.hasPrefix(
                "not every byte has been read yet; the limit is 30 d 0 h; read them with: hybridrep verify mdb01"
            )
                == true)
        var hashed = 0
        for _ in 0..<4 {
            let line = try #require(try site.json("verify", Site.job, "--sample", "25%").last)
            #expect(line.text("level") == "part")
            hashed += try #require(line.number("objects_hashed"))
        }
        #expect(hashed >= 3)
        #expect(try Self.status(site).fields["all_read_since"] is String)
        try site.expectGood("verify", Site.job, "--budget", "1m")
        #expect(try site.stored("notes").count == 6)
        for wrong in [
            ["--sample", "0%"], ["--sample", "x"], ["--full", "--budget", "1m"], ["1", "--sample", "5"],
        ] {
            #expect(try site.run(["verify", Site.job] + wrong).status == 2, "\(wrong)")
        }
    }

    @Test func damageStaysUntilItIsReadAgainAndGood() throws {
        let site = try Self.site()
        try site.expectGood("run", Site.job)
        let pack = try #require(try site.stored("packs").first)
        let good = try Data(contentsOf: URL(fileURLWithPath: pack))
        try site.flip(pack, at: good.count / 2)
        try site.expect(22, "verify", Site.job, "--full")
        let damaged = try Self.status(site, code: 22)
        #expect(damaged.text("state") == "critical")
        #expect(damaged.number("damaged_objects") == 1)
        let findings = try #require(damaged.fields["findings"] as? [String])
        #expect(
            findings.first
                == "1 object is damaged, needed by point 1; ship again what is lost with: hybridrep reconcile mdb01"
        )
        #expect(try site.run("status", "--nagios").status == 2)
        try good.write(to: URL(fileURLWithPath: pack))
        // Nobody has looked since.
        #expect(try Self.status(site, code: 22).number("damaged_objects") == 1)
        try site.expectGood("verify", Site.job, "--full")
        #expect(try Self.status(site).number("damaged_objects") == 0)
    }

    @Test func whatIsLateTurnsEveryOutput() throws {
        let site = try Self.site("rpo: 1h")
        try site.expectGood("run", Site.job)
        let metrics = site.path("hybridrep.prom")
        #expect(
            try site.expectGood("status", "--nagios").hasPrefix("HYBRIDREP OK - mdb01 at vault: point 1-"))
        // A day later by the test's clock.
        let late = try site.run(later: "+1d", "status", "--nagios")
        #expect(late.status == 2)
        #expect(late.outputText.hasPrefix("HYBRIDREP CRITICAL - mdb01 at vault: the newest good point is "))
        let json = try site.run(later: "+1d", "status", "--json")
        #expect(json.status == 25)
        try site.expectGood("status", "--prometheus", metrics)
        let text = try String(contentsOfFile: metrics, encoding: .utf8)
        #expect(text.contains("hybridrep_state{job=\"mdb01\",target=\"vault\"} 0\n"))
        #expect(text.contains("# TYPE hybridrep_last_success_timestamp_seconds gauge\n"))
    }

    @Test func aStoreThatCannotBeAskedIsUnknownEverywhere() throws {
        let site = try Self.site()
        try site.expectGood("run", Site.job)
        try FileManager.default.moveItem(atPath: site.store, toPath: site.path("away"))
        let line = try Self.status(site, code: 10)
        #expect(line.text("state") == "unknown")
        #expect(line.fields["latest_point_id"] is NSNull)
        let nagios = try site.run("status", "--nagios")
        #expect(nagios.status == 3)
        #expect(nagios.outputText.hasPrefix("HYBRIDREP UNKNOWN - "))
        let metrics = site.path("hybridrep.prom")
        try site.expectGood("status", "--prometheus", metrics)
        let text = try String(contentsOfFile: metrics, encoding: .utf8)
        #expect(text.contains("hybridrep_up{job=\"mdb01\",target=\"vault\"} 0\n"))
        #expect(text.contains("hybridrep_state{job=\"mdb01\",target=\"vault\"} 3\n"))
        #expect(!text.contains("hybridrep_last_success_timestamp_seconds{"))
        #expect(try site.run("status", "--nagios", "nojob").status == 3)
    }

    @Test func aSuspendedJobIsNotJudgedByItsAge() throws {
        let site = try Self.site("rpo: 1s")
        try site.expectGood("run", Site.job)
        try site.expect(2, "suspend", Site.job)
        try site.expectGood("suspend", Site.job, "--comment", "moved on Monday")
        let late = try site.run(later: "+1d", "status", "--json")
        #expect(late.status == 0)
        #expect(late.outputText.contains("suspended: moved on Monday"))
        try site.expectGood("resume", Site.job)
        let again = try site.run(later: "+1d", "status", "--json")
        #expect(again.status == 25)
    }

    @Test func onlyASuspiciousPointIsReleased() throws {
        let site = try Self.site()
        try site.expectGood("run", Site.job)
        #expect(
            try site.expect(2, "release", Site.job, "1").contains(
                "is good, and only a suspicious one can be released"))
        try site.expectGood("pin", Site.job, "1", "--comment", "audit")
        #expect(try site.stored("notes").count == 2)
        try site.expect(10, "pin", Site.job, "7")
    }
}
