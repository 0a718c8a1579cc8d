import Foundation
import TestSupport
import Testing

/// A job with two targets, one of which is away at times.
@Suite struct SeveralTargetsTests {
    private static let block = 8192

    /// A file of noise that changes from night to night, shipped to `near` and to `away`.
    private struct Nights {
        let site: Site
        private var random: SeededGenerator
        private(set) var bytes: [UInt8]
        private var file: URL { URL(fileURLWithPath: site.path("db.img")) }
        var away: String { site.path("away") }

        init(seed: UInt64, blocks: Int) throws {
            random = SeededGenerator(seed: seed)
            bytes = random.bytes(blocks * SeveralTargetsTests.block)
            site = try Site()
            try site.configure(
                source: "file: \(site.path("db.img"))",
                targets: ["near": "directory: \(site.store)", "away": "directory: \(site.path("away"))"],
                // It measures the nights by the clock, and these are as long as the machine takes.
                more: "sanity-gate: false")
            try Data(bytes).write(to: file)
            for target in ["near", "away"] { try site.expectGood("init", target) }
        }

        /// Changes some bytes in some blocks.
        mutating func pass(changing count: Int) throws {
            for _ in 0..<count {
                let block = Int.random(in: 0..<bytes.count / SeveralTargetsTests.block, using: &random)
                let start = block * SeveralTargetsTests.block + Int.random(in: 0..<7_000, using: &random)
                bytes.replaceSubrange(start..<start + 300, with: random.bytes(300))
            }
            try Data(bytes).write(to: file)
        }

        func leave() throws { try FileManager.default.moveItem(atPath: away, toPath: away + ".gone") }
        func comeBack() throws { try FileManager.default.moveItem(atPath: away + ".gone", toPath: away) }

        /// Images in the spool.
        var images: [String] {
            get throws {
                try FileManager.default.contentsOfDirectory(atPath: site.spool).filter {
                    $0.hasSuffix(".img")
                }
            }
        }

        /// Runs the job, and gives the summary of each target that committed.
        func run(_ status: Int32 = 0, at location: SourceLocation = #_sourceLocation) throws -> [String: Line]
        {
            let lines = try site.json("run", Site.job, status: status, at: location)
            return Dictionary(
                uniqueKeysWithValues: lines.filter { $0.type == "summary" }.map {
                    ($0.text("target") ?? "?", $0)
                })
        }

        func expectRestored(from target: String, at location: SourceLocation = #_sourceLocation) throws {
            let path = site.path("restored")
            try site.expectGood(
                "restore", Site.job, "--target", target, "--to", path, "--force", at: location)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes), sourceLocation: location)
        }
    }

    // Goal of this test: a disk that was not plugged in costs one night there, and nothing elsewhere.
    @Test func aTargetThatWasAwayGoesOnFromItsOwnNewestPoint() throws {
        var nights = try Nights(seed: 1, blocks: 100)
        let first = try nights.run()
        #expect(Set(first.keys) == ["near", "away"])
        try nights.pass(changing: 5)
        try nights.leave()
        let result = try nights.site.run("run", Site.job, "--json")
        #expect(result.status == 3)
        let lines = try Line.parse(result.output)
        #expect(lines.map(\.type) == ["summary", "error"])
        #expect(lines[1].text("target") == "away")
        #expect(lines[1].number("exit_code") == 10)
        #expect(result.errorText.contains("hybridrep push mdb01 to away: FAILED (10) "))
        try nights.pass(changing: 5)
        try nights.comeBack()
        let next = try nights.run()
        #expect(next["near"]?.text("point_id")?.hasPrefix("3-") == true)
        let caughtUp = try #require(next["away"])
        #expect(caughtUp.text("point_id")?.hasPrefix("2-") == true)
        #expect(caughtUp.text("parent_id") == first["away"]?.text("point_id"))
        // Its own base was still here: what has changed are deltas, of about 300 bytes each.
        #expect(try #require(caughtUp.number("bytes_stored")) < 10_000)
        for target in ["near", "away"] { try nights.expectRestored(from: target) }
        #expect(try nights.site.expectGood("verify", Site.job, "--target", "away").hasPrefix("2 points"))
    }

    // Goal of this test: however long the absence, no more is shipped than what it has changed.
    @Test(.tags(.slow)) func aTargetThatWasAwayForThirtyNightsGetsOneDelta() throws {
        var nights = try Nights(seed: 2, blocks: 256)
        for _ in 0..<4 {
            _ = try nights.run()
            try nights.pass(changing: 12)
        }
        _ = try nights.run()
        // The same host, far end and history, which then sees two nights only: this one and the last.
        let twin = try Twin(of: nights)
        let before = try Self.bytes(nights.away)
        try nights.leave()
        for _ in 0..<30 {
            try nights.pass(changing: 12)
            #expect(Set(try nights.run(3).keys) == ["near"])
            // Two that are kept, and the one that the other needs.
            #expect(try nights.images.count <= 3)
        }
        try nights.comeBack()
        try nights.pass(changing: 12)
        let caughtUp = try #require(try nights.run()["away"]?.number("bytes_stored"))
        let needed = try twin.bytesStored(nights)
        #expect(caughtUp == needed)
        // All that the store has more, with maps, index and notes, as a disk sees it.
        let grown = try [nights.away, twin.away].map { try Self.bytes($0) - before }
        #expect(grown[0] * 10 <= grown[1] * 11, "\(grown)")
        #expect(needed > 256 * 150)
        try nights.expectRestored(from: "away")
        // Nothing is kept for it any more.
        try nights.pass(changing: 12)
        _ = try nights.run()
        #expect(try nights.images.count <= 2)
    }

    private static func bytes(_ folder: String) throws -> Int {
        try Site.tree(folder).values.reduce(0) { $0 + $1.count }
    }

    /// A copy of a host and of the store `away`, as they were.
    private struct Twin {
        private let folder: String
        private let scratch: Scratch
        private let configuration: String
        var away: String { folder + "/away" }

        init(of nights: Nights) throws {
            scratch = try Scratch()
            folder = scratch.folder
            for name in ["state", "spool", "away"] {
                try FileManager.default.copyItem(atPath: nights.site.path(name), toPath: folder + "/" + name)
            }
            configuration = try scratch.write(
                """
                state: \(folder)/state
                jobs:
                  \(Site.job):
                    source: {file: \(nights.site.path("db.img"))}
                    spool: {directory: \(folder)/spool, keep: 2}
                    targets: [away]
                    sanity-gate: false
                targets:
                  away: {directory: \(folder)/away}

                """)
        }

        /// What one delta over all that has passed since takes.
        func bytesStored(_ nights: Nights) throws -> Int {
            let result = try scratch.hybridrep(["run", Site.job, "--json", "--config", configuration])
            #expect(result.status == 0, "\(result.errorText)")
            return try #require(try Line.parse(result.output).last?.number("bytes_stored"))
        }
    }

    @Test func withoutItsBaseHereTheStoresFingerprintsTellWhatChanged() throws {
        var nights = try Nights(seed: 3, blocks: 100)
        _ = try nights.run()
        try nights.leave()
        try nights.pass(changing: 5)
        _ = try nights.run(3)
        for image in try FileManager.default.contentsOfDirectory(atPath: nights.site.spool)
        where image != "lock" {
            try FileManager.default.removeItem(atPath: nights.site.spool + "/" + image)
        }
        try nights.pass(changing: 5)
        try nights.comeBack()
        let result = try nights.site.run("run", Site.job, "--json")
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.errorText.contains("the base of point 2 was read back from away"))
        let stored = try #require(
            try Line.parse(result.output).last { $0.text("target") == "away" }?.number("bytes_stored"))
        // Ten blocks of noise, whole.
        #expect((8 * Self.block..<11 * Self.block + 4_000).contains(stored))
        try nights.expectRestored(from: "away")
    }

    // Goal of this test: logs are of no use to a target that has not got their full; it gets that first.
    @Test func aTargetThatMissedTheFullGetsItBeforeTheLogs() throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 100, isDirty: true))
        try site.configure(
            source: "ese: \(site.path("source"))",
            targets: ["near": "directory: \(site.store)", "away": "directory: \(site.path("away"))"],
            more: "full-every: 24h")
        for target in ["near", "away"] { try site.expectGood("init", target) }
        try site.expectGood("run", Site.job)
        let away = site.path("away")
        try FileManager.default.moveItem(atPath: away, toPath: away + ".gone")
        _ = try ESEDay(logs: 2, percent: 10, appended: 3, seed: 4).apply(to: site.path("source"))
        try site.expect(3, "run", Site.job, "--full")
        try FileManager.default.moveItem(atPath: away + ".gone", toPath: away)
        _ = try ESEDay(logs: 2, percent: 10, appended: 3, seed: 5).apply(to: site.path("source"))
        let lines = try site.json("run", Site.job).filter { $0.type == "summary" }
        #expect(lines.map { $0.text("target") } == ["near", "away", "away"])
        #expect(lines.map { $0.text("kind") } == ["logs", "full", "logs"])
        for target in ["near", "away"] {
            try site.expectGood(
                "restore", Site.job, "--target", target, "--to", site.path(target + ".restored"))
        }
        #expect(try site.restored("near.restored") == site.restored("away.restored"))
    }
}
