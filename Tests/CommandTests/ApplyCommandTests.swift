import Foundation
import TestSupport
import Testing

/// `hybridrep apply`: a plain copy of the newest proved point.
@Suite struct ApplyCommandTests {
    private static func state(_ path: String) throws -> Line {
        let data = try Data(contentsOf: URL(fileURLWithPath: path + ".replica"))
        return Line(try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any]))
    }

    private static func point(_ path: String) throws -> Line {
        Line(try #require(try state(path).fields["point"] as? [String: Any]))
    }

    // Goal of this test: beside the store stands a database that can be used at once, and it follows the nights.
    @Test("a set's replica follows the nights, near and far", arguments: Link.Kind.nearAndFar)
    func nights(kind: Link.Kind) throws {
        let site = try Site(try Link(kind), pages: 200)
        try site.expectGood("run", Site.job)
        let replica = site.path("replica")
        let first = try #require(try site.json("apply", Site.job, "--to", replica).last)
        #expect(first.text("way") == "switched")
        #expect(first.fields["previous_point_id"] is NSNull)
        #expect(try site.restored("replica") == site.source())
        try site.mutate(3)
        try site.expectGood("run", Site.job)
        let second = try #require(try site.json("apply", Site.job, "--to", replica + "/").last)
        #expect(second.text("previous_point_id") == first.text("point_id"))
        #expect(second.text("replica") == replica)
        #expect(try site.restored("replica") == site.source())
        let fetched = try #require(second.number("fetched_bytes"))
        #expect((1..<60 * 8192).contains(fetched))
        #expect(try Self.state(replica).text("phase") == "current")
        #expect(try Self.point(replica).text("id") == second.text("point_id"))
        #expect(
            try site.expectGood("apply", Site.job, "--to", replica).hasSuffix(
                "is point \(second.text("point_id") ?? "?")\n"))
        #expect(FileManager.default.fileExists(atPath: replica + ".replica-next") == false)
    }

    // Goal of this test: what nobody has proved reaches no replica by itself.
    @Test func onlyProvedPointsAreTaken() throws {
        let site = try Site(try Link(.directory))
        try site.expectGood("backup", Site.job)
        try site.expectGood("push", Site.job)
        let replica = site.path("replica")
        let refused = try site.expect(10, "apply", Site.job, "--to", replica)
        #expect(refused.contains("hint: give --unverified, or verify it with: hybridrep verify mdb01"))
        #expect(!FileManager.default.fileExists(atPath: replica))
        try site.expectGood("verify", Site.job)
        try site.expectGood("apply", Site.job, "--to", replica)
        let night1 = try site.source()
        #expect(try site.restored("replica") == night1)
        try site.mutate(3)
        try site.expectGood("backup", Site.job)
        try site.expectGood("push", Site.job)
        try site.expectGood("apply", Site.job, "--to", replica)
        #expect(try site.restored("replica") == night1)
        try site.expectGood("apply", Site.job, "--to", replica, "--unverified")
        #expect(try site.restored("replica") == site.source())
        #expect(try site.expectGood("apply", Site.job, "--to", replica).contains("stays point 2-"))
        #expect(try site.restored("replica") == site.source())
    }

    @Test func aRawImageIsAFileAndNeedsNoConfiguration() throws {
        let site = try Site()
        let source = site.path("db.img")
        var bytes = Data(repeating: 7, count: 300_000)
        try bytes.write(to: URL(fileURLWithPath: source))
        try site.configure(source: "file: \(source)", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        let bare = try Scratch()
        let replica = bare.folder + "/replica.img"
        let words = ["apply", "--store", site.store, "--job", Site.job, "--to", replica]
        for way in [[], ["--in-place"]] {
            let result = try bare.hybridrep(words + way)
            #expect(result.status == 0, "\(result.errorText)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: replica)) == bytes)
            bytes[100_000] ^= 1
            try bytes.write(to: URL(fileURLWithPath: source))
            try site.expectGood("run", Site.job)
        }
        #expect(try Self.state(replica).text("phase") == "current")
        // A bit that the disk has turned is found when the replica is read.
        #expect(try bare.hybridrep(words).status == 0)
        #expect(try bare.hybridrep(words + ["--reread"]).status == 0)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: replica))
                == Data(contentsOf: URL(fileURLWithPath: source)))
        let left = try FileManager.default.contentsOfDirectory(atPath: bare.folder).sorted()
        #expect(left == ["replica.img", "replica.img.replica", "replica.img.replica-lock"])
    }

    @Test func whatIsThereAndIsNoReplicaIsNotReplaced() throws {
        let site = try Site(try Link(.directory))
        try site.expectGood("run", Site.job)
        let before = try site.source()
        let errors = try site.expect(2, "apply", Site.job, "--to", site.path("source"))
        #expect(errors.contains("source: it exists"), "\(errors)")
        #expect(try site.source() == before)
        try site.expectGood("apply", Site.job, "--to", site.path("source"), "--force")
        #expect(try site.restored("source") == before)
        #expect(try site.expect(2, "apply", Site.job, "more", "--to", "x").contains("give one job"))
    }

    @Test func ofALogPointTheReplicaHasTheFullWithAllLogs() throws {
        let set = ESESet(pages: 60, isDirty: true)
        let site = try Site(withLogsOf: set)
        try site.expectGood("run", Site.job)
        try site.expectGood("apply", Site.job, "--to", site.path("replica"))
        _ = try ESEDay(logs: 2, percent: 10, appended: 3, seed: 4).apply(to: site.path("source"))
        try site.expectGood("run", Site.job)
        #expect(try site.points().last?.text("kind") == "logs")
        try site.expectGood("apply", Site.job, "--to", site.path("replica"))
        try site.expectGood("restore", Site.job, "--to", site.path("restored"))
        #expect(try Site.tree(site.path("replica")) == Site.tree(site.path("restored")))
        try site.expectGood("ese", "set", site.path("replica"))
    }
}
