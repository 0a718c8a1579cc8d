import Testing

/// Random interleavings of all who use a store at once, with kills: nothing that a point needs is ever missing.
@Suite struct InterleavingTests {
    static let seeds = CrashTests.torture == 0 ? Array(1...UInt64(12)) : Array(1...UInt64(2_000))

    @Test func nothingDanglesWhoeverIsAtWorkAndDies() throws {
        var (turns, kills, committed, forgotten) = (0, 0, 0, 0)
        for seed in Self.seeds {
            var crowd = try Crowd(seed: seed)
            let findings = try crowd.run()
            #expect(findings == [], "seed \(seed)")
            turns += crowd.turns
            kills += crowd.kills
            committed += crowd.committed
            forgotten += crowd.forgotten
        }
        print(
            "\(Self.seeds.count) interleavings: \(turns) turns, \(kills) kills, \(committed) points committed, \(forgotten) forgotten"
        )
        // They did get in each other's way, and something went.
        #expect(kills > Self.seeds.count)
        #expect(forgotten > Self.seeds.count / 2)
    }
}
