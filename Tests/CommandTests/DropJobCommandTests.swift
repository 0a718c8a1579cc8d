import Foundation
import TestSupport
import Testing

/// `hybridrep drop-job`.
@Suite struct DropJobCommandTests {
    private static func site() throws -> Site {
        let site = try Site()
        try site.configure(
            source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        return site
    }

    @Test func aJobGoesOnlyWhenThatIsSaidAndBeginsAnew() throws {
        let site = try Self.site()
        let before = try Site.tree(site.store).filter { !$0.key.hasSuffix("lock") }
        func unchanged() throws -> Bool {
            try Site.tree(site.store).filter { !$0.key.hasSuffix("lock") } == before
        }
        #expect(try site.expect(2, "drop-job", Site.job).contains("give --target or --store"))
        let asked = try site.expect(2, "drop-job", Site.job, "--target", "vault")
        #expect(asked.contains("all points of job mdb01 at vault would be removed for good: give --yes"))
        #expect(
            asked.contains(
                "hint: see what would be removed: hybridrep drop-job mdb01 --target vault --dry-run"))
        try site.expect(2, "drop-job", Site.job, "--target", "vault", "--yes", "--dry-run")
        try site.expect(2, "drop-job", Site.job, "--job", "mdb02", "--target", "vault", "--yes")
        let trial = try site.expectGood("drop-job", Site.job, "--target", "vault", "--dry-run")
        #expect(trial.hasPrefix("job mdb01 at vault: 1 point, "))
        #expect(trial.contains("would be removed; nothing was changed"))
        #expect(try unchanged())

        let line = try #require(
            try site.json("drop-job", Site.job, "--target", "vault", "--yes").last)
        #expect(line.number("points") == 1)
        #expect(line.flag("dry_run") == false)
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.store + "/jobs") == [])
        try site.expect(10, "drop-job", Site.job, "--target", "vault", "--yes")
        try site.expect(10, "list", Site.job)
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        try site.expectGood("verify", Site.job, "--full")
    }

    @Test func aBareStoreNeedsNoConfiguration() throws {
        let site = try Self.site()
        let words = ["drop-job", "--store", site.store, "--job", Site.job]
        let asked = try site.scratch.hybridrep(words)
        #expect(asked.status == 2)
        let hint = "hybridrep drop-job --store \(site.store) mdb01 --dry-run"
        #expect(asked.errorText.contains(hint), "\(asked.errorText)")
        try site.expectGood("pin", Site.job, "1")
        let pinned = try site.scratch.hybridrep(words + ["--yes"])
        #expect(pinned.status == 26)
        #expect(pinned.errorText.contains("point 1 is pinned"))
        try site.expectGood("unpin", Site.job, "1")
        #expect(try site.scratch.hybridrep(words + ["--yes"]).status == 0)
        #expect(try site.scratch.hybridrep(words + ["--yes"]).status == 10)
        #expect(try site.scratch.hybridrep(["list", "--store", site.store]).outputText == "")
        let other = try site.scratch.hybridrep(
            ["drop-job", "--store", site.path("absent"), "--job", Site.job, "--yes"])
        #expect(other.status == 10)
    }

    @Test(.enabled(if: LoopbackSSHServer.isAvailable)) func aKeyThatMayOnlyAddDropsNothing() throws {
        let site = try Site(try Link(.forcedCommand))
        try site.expectGood("run", Site.job)
        let refused = try site.expect(26, "drop-job", Site.job, "--target", "vault", "--yes")
        #expect(refused.contains("this key may add to the store and take nothing away"))
        try site.expectGood("verify", Site.job, "--full")
    }
}
