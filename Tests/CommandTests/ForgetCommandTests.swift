import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// `hybridrep forget` and `gc`, and what `run` forgets by itself.
@Suite struct ForgetCommandTests {
    /// A site with a point a night, each at the same hour.
    private struct Nights {
        let site: Site
        private(set) var sources: [[String: Data]] = []
        /// How far ahead the clock is.
        var offset: String { "+\(sources.count)d" }

        init(_ count: Int, keep: String = "") throws {
            site = try Site()
            try site.makeSet(ESESet(size: .kib8, pages: 48))
            try site.configure(
                source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"],
                more: keep.isEmpty ? "" : "keep: {\(keep)}")
            try site.expectGood("init", "vault")
            for _ in 0..<count { try add() }
        }

        mutating func add() throws {
            if !sources.isEmpty { try site.mutate(UInt64(sources.count)) }
            sources.append(try site.source())
            try good("run", Site.job)
        }

        @discardableResult
        func run(
            _ status: Int32, _ words: String..., at location: SourceLocation = #_sourceLocation
        ) throws -> Command.Result {
            try run(status, words, at: location)
        }

        @discardableResult
        func run(
            _ status: Int32, _ words: [String], at location: SourceLocation = #_sourceLocation
        ) throws -> Command.Result {
            let result = try site.run(later: offset, words)
            #expect(result.status == status, "\(words): \(result.errorText)", sourceLocation: location)
            return result
        }

        @discardableResult
        func good(_ words: String..., at location: SourceLocation = #_sourceLocation) throws -> String {
            try run(0, words, at: location).outputText
        }

        func generations() throws -> [Int] {
            try site.points().compactMap { $0.text("id").flatMap { Int($0.prefix { $0 != "-" }) } }
        }

        func restores(_ generation: Int) throws {
            let name = "restored-\(generation)-\(sources.count)"
            try good("restore", Site.job, "\(generation)", "--to", site.path(name))
            #expect(try site.restored(name) == sources[generation - 1])
            try FileManager.default.removeItem(atPath: site.path(name))
        }
    }

    // Goal of this test: what an administrator tries first does what its dry run said, and can be taken back.
    @Test func whatGoesIsSaidFirstAndComesBack() throws {
        var nights = try Nights(5)
        let rules = ["--keep-last", "3"]
        func objects() throws -> [String: Data] {
            try Site.tree(nights.site.store).filter { !$0.key.hasSuffix("lock") }
        }
        let before = try objects()
        let trial = try nights.good("forget", Site.job, rules[0], rules[1], "--dry-run")
        let table = trial.split(separator: "\n").map(String.init)
        #expect(table.count == 7)
        #expect(table[1].hasSuffix("goes   no rule keeps it"))
        #expect(table[3].hasSuffix("stays  last"))
        #expect(table[5].hasSuffix("stays  the newest good point, last"))
        #expect(table[6] == "job mdb01 at vault: 2 points would be forgotten; nothing was changed")
        #expect(try objects() == before)

        try nights.good("forget", Site.job, rules[0], rules[1])
        #expect(try nights.generations() == [3, 4, 5])
        let collected = try nights.good("gc", Site.job, "--waste", "0")
        #expect(collected.contains("job mdb01 at vault: 3 points need "))
        try nights.good("verify", Site.job, "--full")
        for generation in 3...5 { try nights.restores(generation) }

        try nights.good("forget", Site.job, "2", "--undo")
        #expect(try nights.generations() == [2, 3, 4, 5])
        try nights.good("verify", Site.job, "--full")
        try nights.restores(2)
        // What was taken back is gone from the tomb: losing it is a loss.
        let again = try nights.run(10, "forget", Site.job, "2", "--undo").errorText
        #expect(again.contains("it is not in the trash"))

        // The next night builds upon what is there.
        try nights.add()
        #expect(try nights.generations() == [2, 3, 4, 5, 6])
        try nights.restores(6)
        try nights.good("gc", Site.job, "--grace", "0s")
        #expect(try nights.site.stored("trash") == [])
        try nights.run(10, "forget", Site.job, "1", "--undo")
        try nights.restores(2)
    }

    @Test func aRunForgetsWhatItsRulesLetGo() throws {
        var nights = try Nights(5, keep: "last: 2, min-points: 2")
        #expect(try nights.generations() == [4, 5])
        let pinned = try nights.good("pin", Site.job, "4", "--comment", "before the move")
        #expect(pinned.contains("pinned"))
        try nights.add()
        #expect(try nights.generations() == [4, 5, 6])
        try nights.add()
        #expect(try nights.generations() == [4, 6, 7])
        // A push alone proves nothing at once, and takes nothing away.
        try nights.site.mutate(70)
        try nights.good("backup", Site.job)
        try nights.good("push", Site.job)
        #expect(try nights.generations() == [4, 6, 7, 8])
    }

    // Goal of this test: whatever is in doubt, nothing goes, and the code and the words say why.
    @Test func whatIsInDoubtForgetsNothing() throws {
        let nights = try Nights(4)
        func refused(_ status: Int32, _ words: String, _ arguments: String...) throws {
            let result = try nights.run(status, ["forget", Site.job] + arguments)
            #expect(result.errorText.contains(words), "\(result.errorText)")
            #expect(try nights.generations() == [1, 2, 3, 4])
        }
        try refused(2, "no rule says which points of job mdb01 are kept")
        try refused(26, "3 of 4 points would go at once", "--keep-last", "1")
        try refused(26, "the newest good point", "4")
        try nights.good("pin", Site.job, "1")
        try refused(26, "point 1 of job mdb01 at vault stays: pinned", "1")
        // By the true clock, the points are from the future.
        let early = try nights.site.expect(26, "forget", Site.job, "2")
        #expect(early.contains("was received in the future"))
        try nights.good("unpin", Site.job, "1")
        let points = nights.site.store + "/jobs/mdb01/points/"
        let second = points + "0000000000000002.point"
        let content = try Data(contentsOf: URL(fileURLWithPath: second))
        try nights.site.flip(second, at: 100)
        let damaged = try nights.run(22, "forget", Site.job, "--keep-last", "2").errorText
        #expect(damaged.contains("nothing is taken away"))
        try FileManager.default.removeItem(atPath: second)
        let missing = try nights.run(22, "forget", Site.job, "--keep-last", "2").errorText
        #expect(missing.contains("point 2 is missing, and nothing says that it was forgotten"))
        try nights.run(22, "gc", Site.job)
        try content.write(to: URL(fileURLWithPath: second))
        try refused(10, "has no point 9", "9")
    }

    // Goal of this test: a stolen key destroys nothing, and one that may forget keeps what is young.
    @Test(.enabled(if: LoopbackSSHServer.isAvailable))
    func keysTakeNothingAwayUnlessTheyMay() throws {
        let site = try Site(try Link(.forcedCommand))
        for night in 0..<3 {
            if night > 0 { try site.mutate(UInt64(night)) }
            try site.expectGood("run", Site.job)
        }
        let before = try Site.tree(site.store + "/jobs/mdb01/points")
        let refused = try site.expect(26, "forget", Site.job, "1")
        #expect(refused.contains("this key may add to the store and take nothing away"))
        try site.expect(26, "gc", Site.job)
        let agent = try Command.built("hybridrep")
        let server = try LoopbackSSHServer(forcedCommand: "\(agent) serve --store \(site.store) --may-forget")
        let words = [
            "--store", "ssh://\(server.user)@\(server.host):\(server.port)\(site.store)", "--identity",
            server.identityPath, "--known-hosts", server.knownHostsPath,
        ]
        let bare = try Scratch()
        let young = try bare.hybridrep(["forget", Site.job, "1"] + words)
        #expect(young.status == 26)
        #expect(young.errorText.contains("younger than 14 days, which this store keeps from every key"))
        #expect(try Site.tree(site.store + "/jobs/mdb01/points") == before)
        // The folder's owner may.
        let owner = try bare.hybridrep(["forget", Site.job, "1", "--store", site.store])
        #expect(owner.status == 0, "\(owner.errorText)")
        let collected = try bare.hybridrep(["gc", Site.job, "--grace", "0s"] + words)
        #expect(collected.status == 0, "\(collected.errorText)")
        #expect(collected.outputText.contains("in the trash: "))
        try site.expectGood("verify", Site.job, "--full")
    }
}
