import Foundation
import TestSupport
import Testing

@Suite struct ReconcileTests {
    private func site(_ kind: Link.Kind = .directory) throws -> Site {
        let site = try Site(Link(kind))
        try site.expectGood("run", Site.job)
        try site.mutate(2)
        try site.expectGood("run", Site.job)
        return site
    }

    private func largest(_ paths: [String]) throws -> String {
        try #require(
            paths.max { (one, other) in
                (FileManager.default.contents(atPath: one)?.count ?? 0)
                    < (FileManager.default.contents(atPath: other)?.count ?? 0)
            })
    }

    // Goal of this test: a run upon a store that has lost something ends with a good point, and says so.
    @Test("a run ships what the store has lost", arguments: Link.Kind.nearAndFar)
    func running(kind: Link.Kind) throws {
        let site = try site(kind)
        let pack = try largest(try site.stored("packs"))
        try FileManager.default.removeItem(atPath: pack)
        try site.mutate(3)
        let now = try site.source()
        let lines = try site.json("run", Site.job)
        let warnings = lines.filter { $0.type == "warning" }
        #expect(warnings.count == 1)
        let text = try #require(warnings.first?.text("message"))
        #expect(text.contains("was damaged at vault (jobs/mdb01/packs/"))
        #expect(text.contains("older points stay damaged (2), by name with: hybridrep verify mdb01 --full"))
        let summary = try #require(lines.last)
        #expect(summary.flag("committed") == true)
        #expect(summary.text("health") == "good")
        #expect((summary.fields["base_damage"] as? [String])?.count == 1)
        #expect(try #require(summary.number("bytes_shipped_anew")) > 100_000)
        try site.expectGood("verify", Site.job, "3", "--full")
        try site.expectGood("restore", Site.job, "--to", site.path("now"))
        #expect(try site.restored("now") == now)
        #expect(try site.expect(22, "verify", Site.job).contains("(needed by points 1, 2)"))
        let next = try site.run("run", Site.job)
        #expect(next.status == 0)
        #expect(next.outputText + next.errorText == "")
    }

    // Goal of this test: what only the proof of the new point meets is mended by the same run.
    @Test func aNewPointThatTurnsOutDamagedIsFollowedByAGoodOne() throws {
        let site = try site()
        let pack = try largest(try site.stored("packs"))
        // In the footer's digest, where the proof of a base does not look.
        try site.flip(pack, at: try #require(FileManager.default.contents(atPath: pack)).count - 3)
        try site.mutate(3)
        let lines = try site.json("run", Site.job)
        #expect(lines.map(\.type) == ["summary", "warning", "warning", "summary"])
        #expect(
            lines[1].text("message")?.hasSuffix("objects are good: what is lost is shipped again") == true)
        #expect(lines[3].text("point_id")?.hasPrefix("4-") == true)
        try site.expectGood("verify", Site.job, "4", "--full")
        let next = try site.run("run", Site.job)
        #expect(next.status == 0)
        #expect(next.outputText + next.errorText == "")
    }

    // Goal of this test: what no other target can give back is shipped again, and older points are told apart.
    @Test("a repair ships the newest image again", arguments: Link.Kind.nearAndFar)
    func repairing(kind: Link.Kind) throws {
        let site = try site(kind)
        let now = try site.source()
        try FileManager.default.removeItem(atPath: try largest(try site.stored("packs")))
        let errors = try site.expect(22, "verify", Site.job, "--full", "--repair")
        #expect(errors.contains("(needed by points 1, 2)"))
        try site.expectGood("verify", Site.job, "3", "--full")
        try site.expectGood("restore", Site.job, "--to", site.path("now"))
        #expect(try site.restored("now") == now)
        // The newest point is good: nothing more is shipped for the older ones.
        try site.expect(22, "verify", Site.job, "--full", "--repair")
        #expect(try site.stored("points").count == 3)
    }

    // Goal of this test: damage that one sample has met is not lost because a later one does not meet it.
    @Test func aQuickRepairForgetsNothing() throws {
        let site = try site()
        try site.flip(try largest(try site.stored("packs")), at: 300)
        let first = try site.run("verify", Site.job)
        let repaired = try site.run("verify", Site.job, "--repair")
        #expect(first.status == 22)
        #expect(repaired.status == 22)
        #expect(repaired.errorText.contains("(needed by points 1, 2)"))
    }

    // Goal of this test: a host without an image says so, and tells the damage all the same.
    @Test func aRepairWithoutAnImageSaysSo() throws {
        let site = try site()
        try FileManager.default.removeItem(atPath: try largest(try site.stored("packs")))
        try FileManager.default.removeItem(atPath: site.spool)
        let errors = try site.expect(22, "verify", Site.job, "--full", "--repair")
        #expect(errors.contains("point 2 is not shipped again: job mdb01 has no image in "))
        #expect(errors.contains("(needed by points 1, 2)"))
    }

    // Goal of this test: what no sample need meet is found by who asks for every byte, and mended without a new backup.
    @Test func reconcilingShipsWhatIsLost() throws {
        let site = try site()
        let good = try site.run("reconcile", Site.job)
        #expect(good.status == 0)
        #expect(good.outputText.hasPrefix("mdb01 at vault: point 2 is whole; "))
        #expect(try site.points().count == 2)
        let pack = try largest(try site.stored("packs"))
        // In the footer's digest: no restore looks there.
        try site.flip(pack, at: try #require(FileManager.default.contents(atPath: pack)).count - 3)
        let lines = try site.json("reconcile", Site.job)
        #expect(lines.map(\.type) == ["status", "warning", "summary"])
        #expect(lines[0].flag("good") == false)
        #expect(lines[2].text("point_id")?.hasPrefix("3-") == true)
        try site.expectGood("verify", Site.job, "3", "--full")
        #expect(try site.expectGood("reconcile", Site.job).contains("point 3 is whole; "))
        #expect(try site.points().count == 3)
    }

    // Goal of this test: a whole store is left as it is whatever this host has forgotten, and an image is needed only where something is lost.
    @Test func reconcilingStateAndWithoutAnImage() throws {
        let site = try site()
        try FileManager.default.removeItem(atPath: site.state)
        #expect(
            try site.expectGood("reconcile", Site.job).contains(
                "point 2 is whole, and newer than what this host remembers; "))
        #expect(try site.points().count == 2)
        try site.expectGood("push", Site.job)
        #expect(try site.expectGood("reconcile", Site.job).contains("point 3 is whole; "))
        try FileManager.default.removeItem(atPath: site.spool)
        try site.expectGood("reconcile", Site.job)
        for pack in try site.stored("packs") { try FileManager.default.removeItem(atPath: pack) }
        #expect(try site.expect(20, "reconcile", Site.job).contains("has no image in"))
        #expect(try site.expect(2, "reconcile", Site.job, "--target", "usb").contains("usb"))
        try site.expectGood("run", Site.job)
        try site.expectGood("verify", Site.job, "4", "--full")
    }
}
