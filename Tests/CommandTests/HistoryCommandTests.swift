import Foundation
import Platform
import TestSupport
import Testing

/// What each command writes into the history of its host, and what is told of it.
@Suite struct HistoryCommandTests {
    private static func site(_ more: String = "") throws -> Site {
        let site = try Site()
        try site.configure(
            source: try site.makeRawFile(),
            targets: ["vault": "directory: \(site.store)", "usb": "directory: \(site.path("usb"))"],
            more: more)
        try site.expectGood("init", "vault")
        try site.expectGood("init", "usb")
        return site
    }

    private static func runs(_ site: Site, _ arguments: String...) throws -> [Line] {
        let result = try site.run(["history", "--json"] + arguments)
        #expect(result.status == 0, "\(result.errorText)")
        let summary = try #require(try Line.parse(result.output).last)
        return try #require(summary.fields["runs"] as? [[String: Any]]).map(Line.init)
    }

    private static func metric(_ site: Site, _ name: String, target: String? = nil) throws -> Int? {
        let file = site.path("hybridrep.prom")
        try site.expectGood("status", "--prometheus", file)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let labels = "job=\"mdb01\"" + (target.map { ",target=\"\($0)\"" } ?? "")
        return text.split(separator: "\n").first { $0.hasPrefix("hybridrep_\(name){\(labels)} ") }
            .flatMap { Int($0.split(separator: " ")[1]) }
    }

    @Test func eachRunHasARowForEachTarget() throws {
        let site = try Self.site()
        #expect(try Self.runs(site).isEmpty)
        let run = try site.json("run", Site.job)
        let rows = try Self.runs(site)
        #expect(rows.map { $0.text("target") } == ["vault", "usb"])
        for row in rows {
            #expect(row.text("verb") == "run")
            #expect(row.text("run_id") == run.last?.text("run_id"))
            #expect(row.number("exit_code") == 0)
            #expect(row.text("point_id")?.hasPrefix("1-") == true)
            #expect(row.number("image_bytes") == 300_000)
            #expect(row.number("bytes_changed") == 300_000)
            #expect(row.flag("rebuilt") == false)
            #expect(row.fields["error"] is NSNull)
        }
        try site.expectGood("backup", Site.job)
        try site.expectGood("push", Site.job, "--target", "usb")
        try site.expectGood("verify", Site.job)
        try site.expectGood("reconcile", Site.job)
        try site.expectGood("rehearse", Site.job, "--scratch", site.path("scratch"))
        try site.expectGood("restore", Site.job, "--image", site.path("out.img"))
        let apply = try site.json("apply", Site.job, "--to", site.path("replica"))
        try site.expectGood("list", Site.job)
        let applied = try #require(try Self.runs(site).last)
        #expect(applied.text("run_id") == apply.last?.text("run_id"))
        #expect(applied.text("target") == "vault")
        #expect(applied.text("point_id") == apply.last?.text("point_id"))
        #expect(applied.number("bytes_received") == apply.last?.number("bytes_received"))
        #expect(applied.number("exit_code") == 0)
        #expect(
            try Self.runs(site, Site.job).compactMap { $0.text("verb") } == [
                "run", "run", "backup", "push", "verify", "reconcile", "reconcile", "rehearse", "restore",
                "apply",
            ])
        let text = try site.expectGood("history")
        #expect(text.hasPrefix("BEGUN "))
        #expect(text.split(separator: "\n").count == 11)
    }

    @Test func failuresAreWrittenDownAndToldToMonitors() throws {
        let site = try Self.site()
        #expect(try Self.metric(site, "last_exit_code") == nil)
        try site.expectGood("run", Site.job)
        #expect(try Self.metric(site, "last_exit_code") == 0)
        #expect(try #require(try Self.metric(site, "last_run_timestamp_seconds")) > 1_700_000_000)
        // One target that is away: its row says why, the run's code is on both.
        try FileManager.default.moveItem(atPath: site.path("usb"), toPath: site.path("away"))
        try site.expect(3, "run", Site.job)
        let part = try Self.runs(site).suffix(2)
        #expect(part.map { $0.number("exit_code") } == [0, 10])
        #expect(part.map { $0.number("job_exit_code") } == [3, 3])
        #expect(part.last?.text("error")?.contains("there is no store") == true)
        #expect(try Self.metric(site, "last_exit_code") == 3)
        #expect(try Self.metric(site, "last_run_exit_code", target: "vault") == 0)
        #expect(try Self.metric(site, "last_run_exit_code", target: "usb") == 10)
        let sent = try Self.metric(site, "last_run_sent_bytes", target: "vault")
        #expect(sent == part.first?.number("bytes_sent"))
        #expect(try Self.metric(site, "last_run_changed_bytes", target: "usb") == nil)
        try FileManager.default.removeItem(atPath: site.path("db.img"))
        let errors = try site.expect(20, "run", Site.job)
        let failed = try #require(try Self.runs(site).last)
        #expect(failed.fields["target"] is NSNull)
        #expect(failed.number("exit_code") == 20)
        #expect(errors.contains(try #require(failed.text("error"))))
        #expect(try Self.metric(site, "last_exit_code") == 20)
        // A verification is no run.
        try site.expectGood("verify", Site.job)
        #expect(try Self.metric(site, "last_exit_code") == 20)
        let report = try site.run("report")
        #expect(
            report.outputText.contains(
                "mdb01 at vault: 4 runs of this host, 1 of them not good, the last ended with 0\n"))
        _ = try site.run("report", "--html", site.path("report.html"))
        let page = try String(contentsOfFile: site.path("report.html"), encoding: .utf8)
        #expect(page.contains("<td class=\"n critical\">20</td>"))
        #expect(page.contains(try #require(failed.text("error"))))
    }

    @Test func whatIsLostIsMadeAgainFromTheStoresAndSaysSo() throws {
        let site = try Self.site()
        let run = try site.json("run", Site.job)
        try site.expectGood("verify", Site.job, "--full")
        try site.expectGood("rehearse", Site.job, "--scratch", site.path("scratch"))
        #expect(try Self.runs(site, "--rebuild").count == 4)
        for name in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: site.state + "/history.sqlite" + name)
        }
        #expect(try Self.runs(site).isEmpty)
        for _ in 0..<2 {
            let rows = try Self.runs(site, "--rebuild")
            #expect(rows.map { $0.flag("rebuilt") } == [true, true, true, true])
            #expect(
                rows.map { $0.text("verb") }.sorted { $0 ?? "" < $1 ?? "" } == [
                    "push", "push", "rehearse", "verify",
                ])
            #expect(rows.allSatisfy { $0.number("exit_code") == 0 && $0.fields["job_exit_code"] is NSNull })
            let ids = rows.filter { $0.text("verb") == "push" }.map { $0.text("run_id") }
            #expect(ids == [run.last?.text("run_id"), run.last?.text("run_id")])
        }
        #expect(try site.expectGood("history").contains("rebuilt"))
        // Nobody knows how the run as a whole ended.
        #expect(try Self.metric(site, "last_exit_code") == nil)
        try FileManager.default.moveItem(atPath: site.path("usb"), toPath: site.path("away"))
        try site.expect(3, "history", "--rebuild")
    }

    // Goal of this test: a replica that was brought up to date is taken for no push, no rehearsal and no run.
    @Test func anApplicationIsNoOtherVerb() throws {
        let site = try Self.site()
        try site.expectGood("run", Site.job)
        for name in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: site.state + "/history.sqlite" + name)
        }
        try site.expectGood("apply", Site.job, "--to", site.path("replica"))
        try site.expect(2, "apply", Site.job, "--to", site.path("db.img"))
        let rows = try Self.runs(site)
        #expect(rows.map { $0.number("exit_code") } == [0, 2])
        #expect(rows.map { $0.text("target") } == ["vault", "vault"])
        #expect(try Self.metric(site, "last_exit_code") == nil)
        let status = try site.json("status")
        #expect(status.map { $0.fields["rehearsed_time"] is NSNull } == [true, true])
        #expect(
            try site.run("report").outputText.contains(
                "mdb01 at vault: 2 runs of this host, 1 of them not good"))
        let rebuilt = try Self.runs(site, "--rebuild")
        #expect(
            rebuilt.map { $0.text("verb") ?? "?" }.sorted() == ["apply", "apply", "push", "push"])
    }

    @Test func aHistoryThatCannotBeWrittenOrReadFailsNothing() throws {
        let site = try Self.site()
        try FileManager.default.createDirectory(
            atPath: site.state + "/history.sqlite", withIntermediateDirectories: false)
        let run = try site.run("run", Site.job)
        #expect(run.status == 0)
        #expect(run.errorText.hasPrefix("warning: this run is not recorded: history \(site.state)/"))
        #expect(try site.points().count == 1)
        let report = try site.run("report")
        #expect(report.status == 0)
        #expect(report.outputText.contains("mdb01 at vault: this host's history cannot be read\n"))
        _ = try site.run("report", "--html", site.path("report.html"))
        let page = try String(contentsOfFile: site.path("report.html"), encoding: .utf8)
        #expect(page.contains("The history of this host cannot be read: nothing is known of its runs."))
        #expect(try Self.metric(site, "last_exit_code") == nil)
        try site.expect(1, "history")
    }

    // Goal of this test: two runs of different jobs end at the same moment, and both are there.
    @Test func runsAtTheSameTimeAreAllThere() throws {
        let site = try Self.site()
        try site.expectGood("run", Site.job)
        let program = try Command.built("hybridrep")
        let script = """
            for i in 1 2 3 4 5 6; do "$1" verify mdb01 --config "$2" >/dev/null & done
            wait
            """
        let result = try Command.run(["bash", "-c", script, "bash", program, site.configuration])
        #expect(result.errorText == "")
        #expect(try Self.runs(site).count == 8)
    }
}
