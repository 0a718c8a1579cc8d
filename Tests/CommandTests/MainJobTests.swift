import ESE
import Foundation
import Platform
import TestSupport
import Testing

@Suite struct MainJobTests {
    // Goal of this test: what an administrator does in the first week works over every kind of link.
    @Test("two nights, their list, their proof and their return", arguments: Link.Kind.available)
    func twoNights(kind: Link.Kind) throws {
        let link = try Link(kind)
        let site = try Site(link)
        #expect(try site.expectGood("init", "vault").contains("job mdb01: exists already, left as it is\n"))

        let night1 = try site.source()
        let first = try site.run("run", Site.job)
        // Cron mails whatever is printed.
        #expect(first.status == 0)
        #expect(first.outputText == "")
        #expect(first.errorText == "")
        let image1 = try newestImage(site)

        try site.mutate(2)
        let night2 = try site.source()
        let second = try #require(try site.json("run", Site.job).last)
        try checkSummary(second, isRemote: kind != .directory)

        try checkPoints(try site.points())
        let shown = try #require(try site.json("show", Site.job, "1").last)
        #expect(shown.text("id") == (try site.points()[0].text("id")))
        #expect(shown.number("pages") == 48)
        #expect(shown.fields["parent"] is NSNull)
        #expect(try site.expectGood("show", Site.job).contains(second.text("point_id") ?? "?"))

        try checkProofs(site)
        try site.expectGood("restore", Site.job, "1", "--to", site.path("one"))
        #expect(try site.restored("one") == night1)
        try site.expectGood("restore", Site.job, "--to", site.path("two"))
        #expect(try site.restored("two") == night2)
        try site.expectGood("restore", Site.job, "1", "--image", site.path("one.tar"))
        #expect(FileManager.default.contentsEqual(atPath: image1, andPath: site.path("one.tar")))
        let members = try Command.run(["tar", "tf", site.path("one.tar")])
        #expect(members.errorText == "")
        let names = members.outputText.split(separator: "\n").map(String.init)
        #expect(Set(names) == Set(night1.keys).union(["hybridrep.json"]))
        let piped = try site.run("restore", Site.job, "1", "--image", "-")
        #expect(piped.status == 0)
        #expect(piped.errorText == "")
        #expect(Data(piped.output) == FileManager.default.contents(atPath: image1))

        // A bare host: no configuration, no state, not even the job's name in a file.
        let bare = try Scratch()
        let named = try link.bareArguments(store: site.store)
        let rescue = try bare.hybridrep(
            ["restore"] + named + ["--job", Site.job, "1", "--to", bare.folder + "/out"])
        #expect(rescue.status == 0, "\(rescue.errorText)")
        #expect(try Site.tree(bare.folder + "/out").filter { $0.key != "hybridrep.json" } == night1)
        let list = try bare.hybridrep(["list", Site.job, "--json"] + named)
        #expect(list.status == 0, "\(list.errorText)")
        let verify = try bare.hybridrep(["verify", Site.job, "--full"] + named)
        #expect(verify.status == 0, "\(verify.errorText)")
    }

    private func newestImage(_ site: Site) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: site.spool)
        return site.spool + "/" + (try #require(names.filter { $0.hasSuffix(".tar") }.max()))
    }

    private func checkSummary(_ line: Line, isRemote: Bool) throws {
        #expect(line.type == "summary")
        #expect(line.text("job") == Site.job)
        #expect(line.text("target") == "vault")
        #expect(line.text("point_id")?.hasPrefix("2-") == true)
        #expect(line.text("parent_id")?.hasPrefix("1") == true)
        #expect(try #require(line.number("image_bytes")) > 50 * 8192)
        let total = try #require(line.number("blocks_total"))
        #expect(total > 50)
        #expect((1..<total / 2).contains(try #require(line.number("blocks_changed"))))
        #expect(line.number("blocks_bad") == 0)
        #expect(try #require(line.number("bytes_stored")) > 0)
        #expect(line.flag("committed") == true)
        #expect(line.fields["duration_seconds"] is Double)
        let sent = try #require(line.number("bytes_sent"))
        #expect(isRemote ? sent > line.number("bytes_stored") ?? 0 : sent == 0)
        let received = try #require(line.number("bytes_received"))
        #expect((received > 0) == isRemote)
    }

    private func checkPoints(_ points: [Line]) throws {
        #expect(points.map { $0.number("generation") } == [1, 2])
        for point in points {
            #expect(
                Set(point.fields.keys).isSuperset(of: [
                    "id", "generation", "kind", "source_time", "received_time", "image_bytes",
                    "shipped_bytes",
                    "image_digest", "health",
                ]))
            #expect(point.text("kind") == "full")
            #expect(point.text("health") == "good")
            #expect(point.text("image_digest")?.count == 64)
            let time = try #require(Timestamp(rfc3339: point.text("source_time") ?? ""))
            #expect(point.text("id") == "\(point.number("generation") ?? 0)-\(time.compact)")
            #expect(try #require(Timestamp(rfc3339: point.text("received_time") ?? "")) >= time)
        }
        #expect(
            try #require(points[1].number("shipped_bytes")) < (points[0].number("shipped_bytes") ?? 0) / 5)
    }

    private func checkProofs(_ site: Site) throws {
        // Two points: each a pack, a map and a point object; the indexes are a convenience on top.
        #expect(try site.expectGood("verify", Site.job).hasPrefix("2 points: 6 of 6 objects exist, "))
        #expect(
            try site.expectGood("verify", Site.job, "1", "--quick").hasPrefix(
                "1 point: 3 of 3 objects exist, "))
        let whole = try #require(try site.json("verify", "--full", Site.job).last)
        #expect(whole.flag("good") == true)
        #expect(whole.number("points") == 2)
        #expect(whole.number("objects_needed") == whole.number("objects_present"))
        #expect(whole.number("objects_to_hash") == whole.number("objects_hashed"))
        #expect(try #require(whole.number("objects_hashed")) >= 6)
        #expect(whole.text("image_rebuilt")?.hasPrefix("2-") == true)
        let one = try site.expectGood("verify", Site.job, "1", "--full")
        #expect(one.contains("3 of 3 objects exist, 3 of 3 hashed"))
        #expect(one.contains("digest matches\nmdb01.edb: 48 pages checked, 0 bad\n"))
    }

    // Goal of this test: a restore in a hurry, into the wrong folder, destroys nothing.
    @Test func aRestoreNeverOverwritesWithoutForce() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let before = try site.source()
        try site.mutate(2)
        let newer = try site.source()
        let refused = try site.expect(2, "restore", Site.job, "--to", site.path("source"))
        #expect(refused.contains("hint: give --force to replace it"))
        #expect(try site.source() == newer)
        try site.scratch.write("mine", to: "mine.tar")
        try site.expect(2, "restore", Site.job, "--image", site.path("mine.tar"))
        #expect(FileManager.default.contents(atPath: site.path("mine.tar")) == Data("mine".utf8))

        try site.expectGood("restore", Site.job, "--to", site.path("source"), "--force")
        #expect(try site.restored("source") == before)
        try site.expectGood("restore", Site.job, "--image", site.path("mine.tar"), "--force")
        #expect(try Command.run(["tar", "tf", site.path("mine.tar")]).status == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: site.scratch.folder)
        #expect(!left.contains { $0.contains("partial") || $0.contains("tmp") })
    }

    // Goal of this test: a point is named as `list` prints it, and nothing else passes for one.
    @Test func pointsAreNamedByGenerationByIDOrLatest() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let id = try #require(try site.points().first?.text("id"))
        for name in ["1", id, "latest"] { #expect(try site.json("show", Site.job, name)[0].text("id") == id) }
        #expect(try site.expect(10, "show", Site.job, "2").contains("has no point 2"))
        #expect(try site.expect(10, "show", Site.job, "1-20200101T000000Z").contains("1 is \(id)"))
        #expect(try site.expect(2, "show", Site.job, "yesterday").contains("yesterday is not a point"))
    }

    // Goal of this test: without a terminal, `backup` and `push` are as silent as `run`, and do the same.
    @Test func backupAndPushTogetherMakeThePointOfARun() throws {
        let site = try Site(Link(.directory))
        for verb in ["backup", "push"] {
            let result = try site.run(verb, Site.job)
            #expect(result.status == 0)
            #expect(result.outputText + result.errorText == "")
        }
        try site.mutate(3)
        let night2 = try site.source()
        try site.expectGood("backup", Site.job)
        #expect(try site.points().count == 1)
        let summary = try #require(try site.json("push", Site.job).last)
        #expect(summary.type == "summary")
        #expect(summary.flag("committed") == true)
        try site.expectGood("restore", Site.job, "2", "--to", site.path("two"))
        #expect(try site.restored("two") == night2)
    }
}
