import Foundation
import TestSupport
import Testing

/// What a point is worth today, as every command says it.
@Suite struct EffectiveHealthTests {
    /// Two points, of which the second has a small pack of its own.
    private static func site() throws -> (site: Site, contents: [Data]) {
        let site = try Site()
        try site.configure(
            source: "file: \(site.path("db.img"))", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        var generator = SeededGenerator(seed: 3)
        var content = generator.bytes(400_000)
        var contents: [Data] = []
        for _ in 0..<2 {
            contents.append(Data(content))
            try Data(content).write(to: URL(fileURLWithPath: site.path("db.img")))
            try site.expectGood("run", Site.job)
            content.replaceSubrange(0..<9000, with: generator.bytes(9000))
        }
        return (site, contents)
    }

    private static func health(_ site: Site) throws -> [String?] {
        try site.points().map { $0.text("health") }
    }

    @Test func aDamagedPointIsNeverTheLatest() throws {
        let (site, contents) = try Self.site()
        let packs = try site.stored("packs")
        let sizes = packs.map { FileManager.default.contents(atPath: $0)?.count ?? 0 }
        try FileManager.default.removeItem(atPath: packs[sizes[0] < sizes[1] ? 0 : 1])
        let errors = try site.expect(22, "verify", Site.job)
        #expect(errors.contains("job mdb01 is damaged: 5 of 6 objects are good"))
        #expect(try Self.health(site) == ["good", "damaged"])
        #expect(try site.expectGood("list", Site.job).contains("is missing"))
        #expect(try site.expectGood("show", Site.job).hasPrefix("Point         1-"))
        let shown = try #require(try site.json("show", Site.job, "2").last)
        #expect(shown.text("health") == "damaged")
        #expect(shown.text("committed_health") == "good")
        #expect(shown.text("health_reason")?.contains("is missing") == true)
        let restored = try site.run("restore", Site.job, "--to", site.path("back"))
        #expect(restored.status == 0, "\(restored.errorText)")
        #expect(restored.errorText.contains("point 2 is damaged: the newest good one is 1-"))
        #expect(FileManager.default.contents(atPath: site.path("back")) == contents[0])
        try site.expect(22, "restore", Site.job, "2", "--to", site.path("two"))
        let status = try #require(try site.json("status", Site.job, status: 22).last)
        #expect(status.text("latest_point_id")?.hasPrefix("1-") == true)
        #expect(status.text("head_point_id")?.hasPrefix("2-") == true)
        let report = try #require(try site.json("report", Site.job, status: 22).last)
        let history = try #require(report.fields["history"] as? [[String: Any]])
        #expect(history.map { $0["health"] as? String } == ["good", "damaged"])
        // Damage lets no rule take a point away.
        let fates = try site.expectGood(
            "forget", Site.job, "--dry-run", "--keep-last", "1", "--more-than-half")
        #expect(!fates.contains("goes"))
        // The next run ships what is lost, and is the latest.
        try site.expectGood("run", Site.job)
        #expect(try site.expectGood("show", Site.job).hasPrefix("Point         3-"))
        #expect(try Self.health(site) == ["good", "damaged", "good"])
    }

    /// Nobody has verified anything: the run itself has found the damage, and told the store.
    @Test func whatARunFindsDamagedIsKnownToAllReaders() throws {
        let (site, _) = try Self.site()
        let packs = try site.stored("packs")
        let sizes = packs.map { FileManager.default.contents(atPath: $0)?.count ?? 0 }
        // The large one, which both points need.
        try FileManager.default.removeItem(atPath: packs[sizes[0] < sizes[1] ? 1 : 0])
        try site.expectGood("run", Site.job)
        #expect(try Self.health(site) == ["damaged", "damaged", "good"])
    }

    @Test func aPointThatCannotBeReadIsSteppedOver() throws {
        let (site, contents) = try Self.site()
        try site.flip(try site.stored("points")[1], at: 100)
        let restored = try site.run("restore", Site.job, "--to", site.path("back"))
        #expect(restored.status == 0, "\(restored.errorText)")
        #expect(restored.errorText.contains("point 2 is damaged: the newest good one is 1-"))
        #expect(FileManager.default.contents(atPath: site.path("back")) == contents[0])
    }

    @Test func releasesAndPinsAreShownWithWhoAndWhy() throws {
        let (site, _) = try Self.site()
        try Data(repeating: 7, count: 1000).write(to: URL(fileURLWithPath: site.path("db.img")))
        let held = try site.expect(27, "run", Site.job)
        #expect(held.contains("the image has 1000 bytes, that of point 2 has 400000"))
        #expect(try Self.health(site) == ["good", "good", "suspicious"])
        #expect(
            try site.expectGood("show", Site.job, "3").contains(
                "suspicious: the image has 1000 bytes, that of point 2 has 400000"))
        try site.expectGood("release", Site.job, "3", "--comment", "emptied on purpose")
        try site.expectGood("pin", Site.job, "1", "--comment", "before the migration")
        #expect(try Self.health(site) == ["good", "good", "released"])
        let points = try site.points()
        #expect(points[2].text("health_reason")?.hasPrefix("emptied on purpose (by ") == true)
        #expect(points[2].text("committed_health") == "suspicious")
        #expect(points.map { $0.flag("pinned") } == [true, false, false])
        #expect(points[0].text("pin_reason")?.hasPrefix("before the migration (by ") == true)
        let list = try site.expectGood("list", Site.job)
        #expect(list.contains("released"))
        #expect(list.contains("pinned: before the migration (by "))
        let shown = try site.expectGood("show", Site.job)
        #expect(shown.contains("released: emptied on purpose (by "))
        #expect(shown.contains("the image has 1000 bytes"))
        try site.expectGood("run", Site.job)
        try site.expectGood("status", Site.job)
    }

    @Test func aFailedRunIsAWarningUntilThereIsANewerPoint() throws {
        let (site, _) = try Self.site()
        try site.expectGood("status", Site.job)
        let content = try Data(contentsOf: URL(fileURLWithPath: site.path("db.img")))
        try FileManager.default.removeItem(atPath: site.path("db.img"))
        try site.expect(20, "run", Site.job)
        let status = try #require(try site.json("status", Site.job, status: 25).last)
        #expect(status.text("state") == "warning")
        let finding = try #require((status.fields["findings"] as? [String])?.first)
        #expect(finding.hasPrefix("the last run of this host failed "))
        #expect(finding.contains("(20)"))
        #expect(try site.run("status", Site.job, "--nagios").status == 1)
        try content.write(to: URL(fileURLWithPath: site.path("db.img")))
        try site.expectGood("run", Site.job)
        try site.expectGood("status", Site.job)
    }

    /// Runs the job while another program holds a lock.
    private static func expectLocked(_ lock: String, _ site: Site) throws {
        let result = try Command.run(
            [
                "flock", "-x", lock, try Command.built("hybridrep"), "run", Site.job, "--config",
                site.configuration,
            ])
        #expect(result.status == 11, "\(result.errorText)")
    }

    @Test func aLockThatIsHeldAtTheStoreIsAWarningThatNamesTheHolder() throws {
        let (site, _) = try Self.site()
        try Self.expectLocked(site.store + "/jobs/\(Site.job)/push.lock", site)
        let status = try #require(try site.json("status", Site.job, status: 25).last)
        let finding = try #require((status.fields["findings"] as? [String])?.first)
        #expect(finding.contains("(11): lock job \(Site.job): held by pid "))
        try site.expectGood("run", Site.job)
        try site.expectGood("status", Site.job)
    }

    @Test func aRunThatDidNotBeginHidesNoFailure() throws {
        let (site, _) = try Self.site()
        try Self.expectLocked(site.spool + "/lock", site)
        try site.expectGood("status", Site.job)
        let (path, aside) = (site.path("db.img"), site.path("aside.img"))
        try FileManager.default.moveItem(atPath: path, toPath: aside)
        try site.expect(20, "run", Site.job)
        try Self.expectLocked(site.spool + "/lock", site)
        try FileManager.default.moveItem(atPath: aside, toPath: path)
        try site.expectGood("backup", Site.job)
        let status = try #require(try site.json("status", Site.job, status: 25).last)
        #expect((status.fields["findings"] as? [String])?.first?.contains("(20)") == true)
    }
}
