import Foundation
import TestSupport
import Testing

@Suite struct CopyCommandTests {
    /// A site with so many points at `vault`.
    private func site(_ link: Link, points: Int = 2) throws -> Site {
        let site = try Site(link, pages: 64)
        try site.expectGood("run", Site.job)
        for night in 1..<points {
            try site.mutate(UInt64(night))
            try site.expectGood("run", Site.job)
        }
        return site
    }

    /// Arguments that name a store as an end of a copy.
    private func bare(_ end: String, _ link: Link, _ store: String) throws -> [String] {
        try link.bareArguments(store: store).map { $0 == "--store" ? "--\(end)" : $0 }
    }

    // Goal of this test: a third site is as good as the second, with nothing but the program and the store.
    @Test("everything works on a copy", arguments: Link.Kind.nearAndFar)
    func thirdSite(kind: Link.Kind) throws {
        let link = try Link(kind)
        let site = try site(link)
        let third = site.path("third")
        let copied = try site.run(
            ["copy", Site.job, "--from", "vault", "--json"] + (try bare("to", link, third)))
        #expect(copied.status == 0, "\(copied.errorText)")
        let summary = try #require(try Line.parse(copied.output).last)
        #expect((summary.fields["points_copied"] as? [[String: String]])?.count == 2)
        #expect(try #require(summary.number("bytes_copied")) > 100_000)

        let scratch = site.scratch
        let listed = try scratch.hybridrep(["list", Site.job] + (try link.bareArguments(store: third)))
        #expect(listed.outputText.split(separator: "\n").count == 3)
        for arguments in [
            ["verify", Site.job, "--full"], ["verify", Site.job, "1", "--full"],
            ["restore", "--job", Site.job, "--to", site.path("restored")],
            ["rehearse", Site.job, "--scratch", site.path("scratch")],
        ] {
            let result = try scratch.hybridrep(arguments + (try link.bareArguments(store: third)))
            #expect(result.status == 0, "\(arguments): \(result.errorText)")
        }
        #expect(try site.restored("restored") == site.source())
    }

    @Test("a copy says what it does not do twice")
    func again() throws {
        let site = try site(Link(.directory), points: 3)
        let arguments = ["copy", Site.job, "--from", "vault", "--to", site.path("third")]
        let forecast = try site.run(arguments + ["--last", "1", "--dry-run"])
        #expect(forecast.status == 0)
        #expect(forecast.outputText.contains("1 point would be copied, 0 already there"))
        #expect(!FileManager.default.fileExists(atPath: site.path("third")))
        let first = try site.run(arguments + ["--last", "1"])
        #expect(first.status == 0)
        #expect(first.outputText + first.errorText == "")
        let all = try site.run(arguments + ["--verbose"])
        #expect(all.status == 0)
        #expect(all.errorText.contains("0 points copied, 1 already there: 0 packs and 0 maps"))
        #expect(all.errorText.contains("and 1 more left out: not newer than 1-"))
    }

    // Goal of this test: a far host hands a store on by itself, and what is forgotten at either end stays there.
    @Test("a collected store is handed on without configuration")
    func cascade() throws {
        let site = try site(Link(.directory), points: 5)
        let scratch = site.scratch
        func good(_ words: String...) throws {
            let result = try scratch.hybridrep(words)
            #expect(result.status == 0, "\(words): \(result.errorText)")
            #expect(result.errorText == "")
        }
        let third = site.path("third")
        let copy = ["copy", Site.job, "--from", site.store, "--to", third]
        try good("forget", Site.job, "1", "3", "--store", site.store)
        try good("gc", Site.job, "--store", site.store, "--grace", "0s", "--waste", "0")
        #expect(try scratch.hybridrep(copy).status == 0)
        #expect(try Site.tree(third + "/jobs/mdb01/points").count == 3)
        try good("forget", Site.job, "1", "--store", third)
        try good("gc", Site.job, "--store", third, "--grace", "0s", "--waste", "0")
        let before = try Site.tree(third)
        #expect(try scratch.hybridrep(copy).status == 0)
        #expect(try Site.tree(third) == before)
        try site.mutate(9)
        try site.expectGood("run", Site.job)
        #expect(try scratch.hybridrep(copy).status == 0)
        #expect(try Site.tree(third + "/jobs/mdb01/points").count == 3)
        try good("verify", Site.job, "--full", "--store", third)
        try good("restore", "--job", Site.job, "--store", third, "--to", site.path("restored"))
        #expect(try site.restored("restored") == site.source())
        // A configured one is in the history of this host.
        try site.expectGood("copy", Site.job, "--from", "vault", "--to", third)
        #expect(try site.expectGood("history").contains("copy"))
    }

    /// The same with a second target that has been copied to.
    private func copied(_ link: Link) throws -> Site {
        let site = try site(link)
        try site.configure(
            source: "ese: \(site.path("source"))",
            targets: [
                "vault": link.target(store: site.store), "third": link.target(store: site.path("third")),
            ])
        try site.expectGood("copy", Site.job, "--from", "vault", "--to", "third")
        return site
    }

    // Goal of this test: what was copied is what the next push builds upon.
    @Test("the next push to a copy ships the difference", arguments: Link.Kind.nearAndFar)
    func nextPush(kind: Link.Kind) throws {
        let link = try Link(kind)
        let site = try copied(link)
        try site.mutate(9)
        let lines = try site.json("run", Site.job)
        #expect(lines.map(\.type) == ["summary", "summary"])
        let summaries = lines.filter { $0.text("target") == "third" }
        let third = try #require(summaries.first)
        #expect(third.text("point_id")?.hasPrefix("3-") == true)
        #expect(third.text("parent_id")?.hasPrefix("2-") == true)
        #expect(third.number("blocks_changed") == lines[0].number("blocks_changed"))
        #expect(try #require(third.number("bytes_stored")) < #require(third.number("image_bytes")) / 4)
        try site.expectGood("verify", Site.job, "--full", "--target", "third")
        try site.expectGood("restore", Site.job, "--target", "third", "--to", site.path("now"))
        #expect(try site.restored("now") == site.source())
    }

    @Test("log points go with their full")
    func logPoints() throws {
        let site = try Site()
        let set = ESESet(pages: 64, isDirty: true)
        try site.makeSet(set)
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"],
            more: "full-every: 24h")
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        for name in try site.source().keys where name.hasSuffix(".log") {
            try FileManager.default.removeItem(atPath: site.path("source/" + name))
        }
        for (name, bytes) in zip(ESELog.names(1...6), ESELog.chain(1...6, seed: set.database.seed)) {
            try Data(bytes).write(to: URL(fileURLWithPath: site.path("source/" + name)))
        }
        try site.expectGood("run", Site.job)
        let third = site.path("third")
        try site.expectGood("copy", Site.job, "--from", "vault", "--to", third, "--last", "1")
        let points = try #require(try site.json("list", Site.job, "--store", third).last)
        let kinds = (points.fields["points"] as? [[String: Any]])?.map { $0["kind"] as? String }
        #expect(kinds == ["full", "logs"])
        for store in [site.store, third] {
            try site.expectGood(
                "restore", "--store", store, "--job", Site.job, "--to", site.path("from-\(store.suffix(5))"))
        }
        #expect(try site.restored("from-store") == site.restored("from-third"))
    }

    // Goal of this test: damage stays where it is, and is told of.
    @Test("a damaged point is not copied")
    func damage() throws {
        let site = try site(Link(.directory))
        let pack = try #require(
            try site.stored("packs").min {
                (FileManager.default.contents(atPath: $0)?.count ?? 0)
                    < (FileManager.default.contents(atPath: $1)?.count ?? 0)
            })
        try site.flip(pack, at: 300)
        let errors = try site.expect(
            22, "copy", Site.job, "--from", "vault", "--to", site.path("third"))
        #expect(errors.contains("1 point of job mdb01 is damaged at vault and not copied"))
        #expect(errors.contains("packs/" + pack.split(separator: "/").suffix(2).joined(separator: "/")))
        #expect(try Site.tree(site.path("third/jobs/mdb01/points")).count == 1)
        try site.expectGood("verify", Site.job, "--full", "--store", site.path("third"))
    }

    // Goal of this test: two damaged stores mend each other, and what was damaged is told.
    @Test("a store is mended from another one", arguments: Link.Kind.nearAndFar)
    func repair(kind: Link.Kind) throws {
        let link = try Link(kind)
        let site = try copied(link)
        for pack in try site.stored("packs") { try site.flip(pack, at: 300) }
        #expect(try site.expect(22, "verify", Site.job, "--full").contains("is damaged"))
        let mended = try site.run("verify", Site.job, "--full", "--repair")
        #expect(mended.status == 3, "\(mended.errorText)")
        #expect(mended.outputText.contains("was damaged and is repaired"))
        try site.expectGood("verify", Site.job, "--full")
        try site.flip(try #require(try site.stored("maps").first), at: 50)
        let bare = try site.scratch.hybridrep(
            ["verify", Site.job, "--full", "--repair", "--from", site.path("third"), "--store", site.store])
        #expect(bare.status == 3, "\(bare.errorText)")
        try site.expectGood("verify", Site.job, "--full", "--repair")
        try site.expect(2, "verify", Site.job, "--from", "third")
        try site.expect(2, "verify", Site.job, "--repair", "--store", site.store)
    }

    @Test("what cannot be copied to is refused")
    func refusals() throws {
        let site = try site(Link(.directory))
        #expect(try site.expect(2, "copy", Site.job, "--from", "vault").contains("--to"))
        try site.expect(2, "copy", Site.job, "--from", "vault", "--to", "nowhere")
        try site.expect(
            10, "copy", Site.job, "--from", site.path("empty"), "--to", site.path("third"))
        // Another site's job of the same name.
        let other = try self.site(Link(.directory))
        let errors = try site.expect(10, "copy", Site.job, "--from", "vault", "--to", other.store)
        #expect(errors.contains("it holds another job of the name mdb01"))
    }

    // Goal of this test: a first backup that is too long for the line goes by a disk.
    @Test("a seed is carried on a disk", arguments: Link.Kind.nearAndFar)
    func seed(kind: Link.Kind) throws {
        let near = try Site(Link(.directory), pages: 64)
        let link = try Link(kind)
        try near.expectGood("run", Site.job)
        try near.mutate(1)
        try near.expectGood("run", Site.job)
        let disk = near.path("media/usb/seed")
        try near.expectGood("export-seed", Site.job, disk)
        #expect(try Site.tree(disk + "/jobs/mdb01/points").count == 1)
        try near.configure(
            source: "ese: \(near.path("source"))",
            targets: [
                "vault": "directory: \(near.store)", "offsite": link.target(store: near.path("offsite")),
            ])
        try near.expectGood("import-seed", Site.job, disk, "--to", "offsite")
        try near.expectGood("import-seed", Site.job, disk, "--to", "offsite")
        try near.mutate(2)
        let offsite = try #require(try near.json("run", Site.job).first { $0.text("target") == "offsite" })
        #expect(try #require(offsite.number("bytes_stored")) < #require(offsite.number("image_bytes")) / 4)
        try near.expectGood("verify", Site.job, "--full", "--target", "offsite")
        // The disk of another job is not taken.
        let other = try Site(Link(.directory), pages: 64)
        try other.expectGood("run", Site.job)
        let errors = try other.expect(10, "import-seed", Site.job, disk)
        #expect(errors.contains("holds another job of the name mdb01"))
        try other.expect(10, "import-seed", Site.job, other.path("nothing"))
    }
}
