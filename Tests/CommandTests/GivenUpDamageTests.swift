import Foundation
import TestSupport
import Testing

/// Damage that is given up is over: what its hints say ends it.
@Suite struct GivenUpDamageTests {
    /// A site of four nights, and the maps that came with each.
    private struct Nights {
        let site: Site
        private(set) var maps: [[String]] = []

        init(_ link: Link) throws {
            site = try Site(link)
            for _ in 0..<4 { try add() }
        }

        mutating func add() throws {
            if !maps.isEmpty { try site.mutate(UInt64(maps.count)) }
            let before = Set(try site.stored("maps"))
            try site.expectGood("run", Site.job)
            maps.append(try site.stored("maps").filter { !before.contains($0) })
        }

        func findings(_ code: Int32) throws -> [String] {
            let line = try #require(try site.json("status", Site.job, status: code).last)
            return try #require(line.fields["findings"] as? [String])
        }
    }

    @Test func theDamageOfAPointGoesWithIt() throws {
        let nights = try Nights(Link(.directory))
        let site = nights.site
        try site.flip(try #require(try site.stored("points").dropFirst().first), at: 300)
        let errors = try site.expect(22, "verify", Site.job, "--full")
        #expect(errors.contains("(needed by point 2)"))
        #expect(errors.contains("hybridrep forget mdb01 2"))
        #expect(try nights.findings(22).first?.hasPrefix("1 object is damaged, needed by point 2; ") == true)
        try site.expectGood("forget", Site.job, "2")
        #expect(try nights.findings(0) == [])
    }

    @Test func whatNoPointNeedsIsRemovedAsTheHintSays() throws {
        let nights = try Nights(Link(.directory))
        let site = nights.site
        try site.flip(try #require(nights.maps[2].first), at: 60)
        #expect(try site.expect(22, "verify", Site.job, "--full").contains("hybridrep forget mdb01 3"))
        try site.expectGood("forget", Site.job, "3")
        #expect(
            try nights.findings(22) == [
                "1 object is damaged, needed by no point; remove what no point needs with: "
                    + "hybridrep gc mdb01 --target vault --waste 0"
            ])
        let again = try site.expect(22, "verify", Site.job, "--full")
        #expect(
            again.contains(
                "hint: no point needs what is damaged; remove it with: hybridrep gc mdb01 --waste 0")
        )
        try site.expectGood("gc", Site.job, "--target", "vault", "--waste", "0")
        #expect(try nights.findings(0) == [])
        try site.expectGood("verify", Site.job, "--full")
    }

    @Test func aDamagedIndexIsMadeAgain() throws {
        let nights = try Nights(Link(.directory))
        let site = nights.site
        try site.flip(try #require(try site.stored("index").first), at: 60)
        #expect(try site.expect(22, "verify", Site.job, "--full").contains("hybridrep gc mdb01 --waste 0"))
        try site.expectGood("gc", Site.job, "--waste", "0")
        #expect(try nights.findings(0) == [])
        try site.expectGood("verify", Site.job, "--full")
        try site.expectGood("restore", Site.job, "1", "--to", site.path("first"))
    }

    // Goal of this test: a lost index, which a restore does not need, made an agent refuse every later run.
    @Test(.enabled(if: LoopbackSSHServer.isAvailable)) func runsGoOnAfterALostIndex() throws {
        var nights = try Nights(Link(.command))
        let site = nights.site
        for index in try site.stored("index") { try FileManager.default.removeItem(atPath: index) }
        var refused: String?
        for night in 10..<20 where refused == nil {
            try site.mutate(UInt64(night))
            let result = try site.run("run", Site.job)
            if result.status == 26 { refused = result.errorText } else { #expect(result.status == 0) }
        }
        let text = try #require(refused)
        #expect(text.contains("which no index names"))
        #expect(
            text.contains("hint: an index is lost; the store's owner makes it again with: hybridrep gc mdb01")
        )
        let owner = try Scratch().hybridrep(["gc", Site.job, "--store", site.store])
        #expect(owner.status == 0, "\(owner.errorText)")
        try nights.add()
        for _ in 0..<4 { try nights.add() }
        try site.expectGood("verify", Site.job, "--full")
    }
}
