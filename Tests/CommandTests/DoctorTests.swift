import Foundation
import Platform
import TestSupport
import Testing

@testable import hybridrep

/// What `doctor` finds before a run does.
@Suite struct DoctorTests {
    /// Runs it with a crontab of the test's own; returns its checks by name.
    private func doctor(_ site: Site, crontab: String = "exit 1", status: Int32 = 0) throws -> [String: Line]
    {
        try site.scratch.write("#!/bin/sh\n\(crontab)\n", to: "bin/crontab", mode: 0o755)
        let path = ["PATH": "\(site.path("bin")):/usr/bin:/bin"]
        let result = try site.scratch.hybridrep(
            ["doctor", Site.job, "--json", "--config", site.configuration], environment: path)
        #expect(result.status == status, "\(result.outputText)\(result.errorText)")
        let summary = try #require(
            try Line.parse(result.output).first { $0.type == "summary" })
        let checks = try #require(summary.fields["checks"] as? [[String: Any]]).map(Line.init)
        for check in checks where check.text("status") != "ok" {
            #expect(check.text("next")?.isEmpty == false)
        }
        return Dictionary(checks.map { ($0.text("check") ?? "?", $0) }) { first, _ in first }
    }

    private func status(_ checks: [String: Line], _ name: String) -> String? { checks[name]?.text("status") }

    @Test("a site that works has nothing that failed", arguments: Link.Kind.available)
    func goodSite(kind: Link.Kind) throws {
        let site = try Site(Link(kind))
        try site.expectGood("run", Site.job)
        let checks = try doctor(site, crontab: "echo '17 3 * * * hybridrep run mdb01'")
        var good = ["configuration", "job secret", "store", "identity", "base", "space", "spool", "schedule"]
        if kind != .directory { good += ["key", "host key", "connection", "version", "clock"] }
        #expect(good.filter { status(checks, $0) != "ok" } == [])
        #expect(checks["schedule"]?.text("message") == "in crontab -l")
        if kind == .library { #expect(checks["host key"]?.text("message")?.contains(" SHA256:") == true) }
        let said = try site.expectGood("doctor", Site.job)
        #expect(said.split(separator: "\n").allSatisfy { $0.hasPrefix("ok: ") || $0.contains("; next: ") })
    }

    @Test func aSetThatCannotBeRecoveredIsCode21() throws {
        let site = try Site()
        let set = ESESet(pages: 8, isDirty: true, logs: 2)
        try site.makeSet(set)
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        #expect(status(try doctor(site), "set") == "ok")
        try FileManager.default.removeItem(atPath: site.path("source/\(set.logs()[0].name)"))
        let checks = try doctor(site, status: 21)
        #expect(status(checks, "set") == "FAILED")
        #expect(checks["set"]?.text("next") == "hybridrep ese set \(site.path("source"))")
    }

    // Goal of this test: what the next run and retention read is read now.
    @Test func mapsTombstonesAndOwnersAreRead() throws {
        let site = try Site(source: "command: echo something")
        for _ in 0..<3 { try site.expectGood("run", Site.job) }
        try site.expectGood("forget", Site.job, "1", "--more-than-half", "--trust-clock")
        var checks = try doctor(site)
        #expect(checks["tombstones"]?.text("message") == "1 point was forgotten")
        #expect(["content", "tombstones", "owners"].filter { status(checks, $0) != "ok" } == [])
        let tomb = try #require(try site.stored("tomb").last)
        try site.flip(tomb, at: 60)
        checks = try doctor(site, status: 22)
        #expect(status(checks, "tombstones") == "FAILED")
        try site.flip(tomb, at: 60)
        for map in try site.stored("maps") { try site.flip(map, at: 100) }
        checks = try doctor(site, status: 22)
        #expect(status(checks, "content") == "FAILED")
        for map in try site.stored("maps") { try site.flip(map, at: 100) }
        guard HostIdentity.isRoot else { return }
        let point = try #require(try site.stored("points").last)
        try HostFileSystem().open(point, .update).give(to: FileOwner(user: 34, group: 34))
        checks = try doctor(site)
        #expect(status(checks, "owners") == "warning")
        #expect(checks["owners"]?.text("next") == "chown -R root \(site.store)")
    }

    @Test func aSourceThatIsNotThereIsCode20() throws {
        let site = try Site(source: "file: /nonexistent/db.bak")
        let checks = try doctor(site, status: 20)
        #expect(checks["source"]?.text("message")?.hasPrefix("/nonexistent/db.bak is not there") == true)
        #expect(checks["source"]?.text("next") == "ls -ld /nonexistent/db.bak")
    }

    @Test func aStoreThatWasNeverMadeIsCode10() throws {
        let site = try Site()
        try site.configure(source: "command: echo x", targets: ["vault": "directory: \(site.store)"])
        let checks = try doctor(site, status: 10)
        #expect(status(checks, "store") == "FAILED")
        #expect(checks["store"]?.text("next")?.contains("hybridrep init") == true)
        #expect(
            try site.expect(10, "doctor", Site.job).hasPrefix("hybridrep doctor mdb01: FAILED (10) store: "))
    }

    // Goal of this test: who only looks leaves a fresh host as it was.
    @Test func nothingIsMadeByLooking() throws {
        let other = try Site(source: "command: echo something")
        try other.expectGood("run", Site.job)
        let site = try Site()
        try site.configure(
            source: "command: echo something", targets: ["vault": "directory: \(other.store)"])
        func tree() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: site.scratch.folder).sorted()
        }
        // Makes what the test itself needs.
        _ = try doctor(site)
        let before = try tree()
        #expect(!FileManager.default.fileExists(atPath: site.state))
        let checks = try doctor(site)
        #expect(checks["spool"]?.text("message")?.contains(" free, which the first run makes") == true)
        #expect(status(checks, "job secret") == "warning")
        #expect(status(checks, "base") == "warning")
        for verb in ["list", "status", "report", "runbook"] {
            try site.expectGood(verb, Site.job)
        }
        #expect(try tree() == before)
        try site.expectGood("run", Site.job)
        #expect(FileManager.default.fileExists(atPath: site.state + "/mdb01/job"))
    }

    @Test func anOlderCopyOfTheStoreIsSeen() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        try FileManager.default.copyItem(atPath: site.store, toPath: site.path("older"))
        try site.expectGood("run", Site.job)
        try FileManager.default.removeItem(atPath: site.store)
        try FileManager.default.moveItem(atPath: site.path("older"), toPath: site.store)
        let checks = try doctor(site, status: 10)
        #expect(checks["identity"]?.text("message")?.contains("has lost point 2") == true)
    }

    @Test("a key that others can read is told", .enabled(if: LoopbackSSHServer.isAvailable)) func keyMode()
        throws
    {
        let link = try Link(.library)
        let site = try Site(link)
        let key = try link.server.identityPath
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        let checks = try doctor(site, status: 12)
        #expect(checks["key"]?.text("next") == "chmod 600 \(key)")
    }

    @Test("a host that is not known is told", .enabled(if: LoopbackSSHServer.isAvailable)) func hostKey()
        throws
    {
        let link = try Link(.library)
        let site = try Site(link)
        try Data().write(to: URL(fileURLWithPath: try link.server.knownHostsPath))
        let checks = try doctor(site, status: 12)
        #expect(checks["host key"]?.text("next")?.hasPrefix("ssh-keyscan -p ") == true)
        #expect(status(checks, "connection") == "FAILED")
    }

    @Test func aLineOfAScheduleIsToldByItsWords() {
        #expect(ScheduleCheck.mentions("mdb01", in: "17 3 * * * root hybridrep run mdb01"))
        #expect(
            ScheduleCheck.mentions(
                "mdb01", in: "Fri 2026-11-27 02:17 - - hybridrep@mdb01.timer hybridrep@mdb01.service"))
        #expect(!ScheduleCheck.mentions("mdb01", in: "17 3 * * * root hybridrep run mdb011"))
        #expect(!ScheduleCheck.mentions("mdb01", in: "  # hybridrep run mdb01"))
        #expect(!ScheduleCheck.mentions("mdb01", in: "mdb01\nhybridrep"))
    }

    @Test func whatCannotBeAskedIsUnknown() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        try site.scratch.write("#!/bin/sh\nexit 1\n", to: "bin/systemctl", mode: 0o755)
        let schedule = try #require(try doctor(site)["schedule"])
        #expect(schedule.text("status") == "warning")
        #expect(schedule.text("message")?.contains("unknown") == true)
    }
}
