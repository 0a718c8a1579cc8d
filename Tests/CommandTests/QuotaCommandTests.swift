import Foundation
import TestSupport
import Testing

/// What a target may take, and how long that lasts.
@Suite struct QuotaCommandTests {
    private struct Noise {
        var random = SeededGenerator(seed: 5)
        mutating func write(_ count: Int, to path: String) throws {
            try Data(random.bytes(count)).write(to: URL(fileURLWithPath: path))
        }
    }

    /// Who says what may be taken: this host, of a folder or of a store behind an agent, or the far end.
    enum Place: CaseIterable {
        case folder
        case agent
        case farEnd

        static var available: [Place] { LoopbackSSHServer.isAvailable ? allCases : [.folder] }
    }

    // Goal of this test: a push that cannot fit leaves every point as it was, and says what is missing.
    @Test("a quota here and one at the far end end a push with 26", arguments: Place.available)
    func refused(place: Place) throws {
        let site = try Site()
        var noise = Noise()
        try noise.write(200_000, to: site.path("dump"))
        let link = try Link(
            place == .folder ? .directory : place == .agent ? .library : .forcedCommand, agentQuota: "400K")
        let target =
            try link.target(store: site.store) + (place == .farEnd ? "" : ", quota: 400K")
        try site.configure(source: "file: \(site.path("dump"))", targets: ["vault": target])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        let first = try Data(contentsOf: URL(fileURLWithPath: site.path("dump")))
        try noise.write(300_000, to: site.path("dump"))
        let errors = try site.expect(26, "run", Site.job)
        #expect(errors.contains(" bytes more are needed, of its quota of 409600 bytes "), "\(errors)")
        #expect(errors.contains("hint: raise the quota"))
        #expect(try site.points().count == 1)
        try site.expectGood("verify", Site.job, "--full")
        try site.expectGood("restore", Site.job, "--to", site.path("out"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: site.path("out"))) == first)
        // What fits is taken.
        try first.write(to: URL(fileURLWithPath: site.path("dump")))
        let line = try #require(try site.json("run", Site.job).last)
        #expect(line.number("target_total_bytes") == 409_600)
        #expect((1..<210_000).contains(line.number("target_free_bytes") ?? 0))
        // Whoever looks at it from here sees what may be taken, and who is at the far end.
        let seen = try site.run("doctor", Site.job).outputText
        #expect(seen.contains("free of 400 KiB, its quota"), "\(seen)")
        #expect(seen.contains("logged in") == (place != .folder))
        // What is left is less than the newest point took: the next one like it would be refused.
        try noise.write(190_000, to: site.path("dump"))
        try site.expectGood("run", Site.job)
        let full = try site.expect(26, "doctor", Site.job)
        #expect(full.hasPrefix("hybridrep doctor mdb01: FAILED (26) space: "), "\(full)")
        #expect(
            full.contains(
                "hint: raise the quota (of the target here, of serve at the far end), or keep fewer"),
            "\(full)")
        withExtendedLifetime(link) {}
    }

    @Test func aQuotaIsASize() throws {
        let site = try Site()
        try site.configure(source: "stdin: true", targets: ["vault": "directory: \(site.store), quota: much"])
        #expect(
            try site.expect(2, "config", "check").contains("targets.vault.quota: expected a size such as 8M"))
        #expect(try site.expect(2, "serve", "--store", site.store, "--quota", "much").contains("--quota"))
    }

    // Goal of this test: weeks before a store is full, the one who can buy disks knows.
    @Test func theDaysThatAreLeftAreTold() throws {
        let site = try Site()
        var noise = Noise()
        try noise.write(100_000, to: site.path("dump"))
        try site.configure(
            source: "file: \(site.path("dump"))", targets: ["vault": "directory: \(site.store), quota: 2M"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        var status = try #require(try site.json("status").last)
        #expect(status.fields["store_days_left"] is NSNull)
        #expect(status.text("store_forecast")?.contains("too few points for a forecast") == true)
        #expect(status.number("store_total_bytes") == 2 << 20)
        let first = try site.expectGood("status").split(separator: "\n")
        #expect(first[0].hasSuffix("ROOM LASTS"))
        #expect(first[1].hasSuffix(" ?"))
        #expect(!first.contains { $0.contains("is full in") })
        #expect(try !site.expectGood("status", "--nagios").contains("days_left"))
        for day in 1...4 {
            try noise.write(100_000, to: site.path("dump"))
            #expect(try site.run(later: "+\(day)d", "run", Site.job).status == 0)
        }
        let later = try site.run(later: "+4d", "status", "--json")
        status = try #require(try Line.parse(later.output).last)
        // Half a MiB in four days; noise of 100,000 bytes a day, on grids and in frames.
        let rate = try #require(status.number("store_bytes_per_day"))
        #expect((95_000..<110_000).contains(rate), "\(rate)")
        let free = try #require(status.number("store_free_bytes"))
        #expect(status.number("store_days_left") == free / rate)
        let table = try site.run(later: "+4d", "status").outputText
        #expect(table.contains("mdb01 at vault: the store is full in \(free / rate) days at "), "\(table)")
        #expect(table.split(separator: "\n")[1].hasSuffix(" \(free / rate) d"))
        #expect(try site.run(later: "+4d", "status").status == 0)
        let nagios = try site.run(later: "+4d", "status", "--nagios")
        #expect(nagios.status == 1)
        #expect(
            nagios.outputText.hasPrefix(
                "HYBRIDREP WARNING - mdb01 at vault: the store is full in \(free / rate) days at "))
        #expect(nagios.outputText.contains(" 'mdb01.vault.days_left'=\(free / rate);30:"))
        #expect(try site.run(later: "+4d", "status", "--prometheus", site.path("prom")).status == 0)
        let metrics = try String(contentsOfFile: site.path("prom"), encoding: .utf8)
        #expect(
            metrics.contains("hybridrep_store_days_left{job=\"mdb01\",target=\"vault\"} \(free / rate)\n"))
        let report = try site.run(later: "+4d", "report", "--html", site.path("report.html"))
        #expect(report.status == 0, "\(report.errorText)")
        let page = try String(contentsOfFile: site.path("report.html"), encoding: .utf8)
        #expect(page.contains("Room at the store"))
        #expect(page.contains("\(free / rate) days at "))
        #expect(page.contains("Bytes stored for all of them together"))
        #expect(
            try site.run(later: "+4d", "report").outputText.contains("mdb01 at vault: room at the store: "))
    }
}
