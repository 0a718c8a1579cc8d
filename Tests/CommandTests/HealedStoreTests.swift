import Foundation
import TestSupport
import Testing

/// A store that loses something between two nights: the next run ships it again, and its point is good.
@Suite struct HealedStoreTests {
    enum Damage: CaseIterable {
        case missing, zeroed, flipped

        func apply(to path: String, of site: Site) throws {
            switch self {
            case .missing: try FileManager.default.removeItem(atPath: path)
            case .zeroed:
                let count = try #require(FileManager.default.contents(atPath: path)).count
                try Data(repeating: 0, count: count).write(to: URL(fileURLWithPath: path))
            case .flipped:
                let count = try #require(FileManager.default.contents(atPath: path)).count
                // Every record of it, so that each sample meets the damage.
                for offset in stride(from: 200, to: count - 300, by: 1000) { try site.flip(path, at: offset) }
            }
        }
    }

    /// Four nights: 600 KB that never change and cannot be compressed, and a text of which a part does.
    private static func site(targets: KeyValuePairs<String, String>? = nil) throws -> Site {
        let site = try Site()
        let targets = targets ?? ["vault": "directory: \(site.store)"]
        try site.configure(source: "file: \(site.path("db.img"))", targets: targets)
        for target in targets { try site.expectGood("init", target.key) }
        for night in 0..<4 {
            try write(site, night: night)
            try site.expectGood("run", Site.job)
        }
        return site
    }

    @discardableResult private static func write(_ site: Site, night: Int) throws -> Data {
        var generator = SeededGenerator(seed: 8)
        var content = generator.bytes(75 * 8192)
        for page in 0..<25 {
            let line = Array("page \(page) of night \(page % 3 == 0 ? night : 0), with many words, ".utf8)
            content += (0..<8192).map { line[$0 % line.count] }
        }
        try Data(content).write(to: URL(fileURLWithPath: site.path("db.img")))
        return Data(content)
    }

    private static func damageLargest(_ kind: String, _ damage: Damage, of site: Site, at store: String)
        throws
    {
        let folder = store + "/jobs/\(Site.job)/" + kind
        let paths = try Site.tree(folder).max { $0.value.count < $1.value.count }
        try damage.apply(to: folder + "/" + (try #require(paths?.key)), of: site)
    }

    private static func expectRestored(_ content: Data, _ site: Site, _ more: String...) throws {
        let path = site.path("back-\(more.last ?? "")")
        try? FileManager.default.removeItem(atPath: path)
        let result = try site.run(["restore", Site.job, "--to", path] + more)
        #expect(result.status == 0, "\(result.errorText)")
        #expect(FileManager.default.contents(atPath: path) == content)
    }

    @Test("what a pack loses is shipped again, and the point is good", arguments: Damage.allCases)
    func packs(damage: Damage) throws {
        let site = try Self.site()
        try Self.damageLargest("packs", damage, of: site, at: site.store)
        let content = try Self.write(site, night: 5)
        let run = try site.run("run", Site.job)
        #expect(run.status == 0, "\(run.errorText)")
        #expect(run.errorText.contains("shipped again"))
        try Self.expectRestored(content, site)
        let next = try Self.write(site, night: 6)
        try site.expectGood("run", Site.job)
        try Self.expectRestored(next, site)
    }

    @Test("the same at each of several targets", arguments: Damage.allCases)
    func severalTargets(damage: Damage) throws {
        let scratch = try Scratch()
        let (one, two) = (scratch.folder + "/one", scratch.folder + "/two")
        let site = try Self.site(targets: ["one": "directory: \(one)", "two": "directory: \(two)"])
        try Self.damageLargest("packs", damage, of: site, at: two)
        let content = try Self.write(site, night: 5)
        let run = try site.run("run", Site.job)
        #expect(run.status == 0, "\(run.errorText)")
        for target in ["one", "two"] { try Self.expectRestored(content, site, "--target", target) }
    }

    @Test func aLostMapIsNoChangeEither() throws {
        let site = try Self.site()
        for path in try site.stored("maps") { try FileManager.default.removeItem(atPath: path) }
        try FileManager.default.removeItem(atPath: site.state + "/mdb01/maps")
        let content = try Self.write(site, night: 5)
        let run = try site.run("run", Site.job)
        #expect(run.status == 0, "\(run.errorText)")
        try Self.expectRestored(content, site)
    }

    /// What a release has accepted is accepted for the nights after it, damage or not.
    @Test func damageBetweenARunAndItsReleaseHoldsNothing() throws {
        let site = try Self.site()
        var generator = SeededGenerator(seed: 9)
        try Data(generator.bytes(100 * 8192)).write(to: URL(fileURLWithPath: site.path("db.img")))
        try site.expect(27, "run", Site.job)
        try site.expect(27, "run", Site.job)
        try site.expectGood("release", Site.job, "5", "--comment", "encrypted since today")
        try Self.damageLargest("packs", .missing, of: site, at: site.store)
        let content = Data(generator.bytes(100 * 8192))
        try content.write(to: URL(fileURLWithPath: site.path("db.img")))
        let run = try site.run("run", Site.job)
        #expect(run.status == 0, "\(run.errorText)")
        try Self.expectRestored(content, site)
    }
}
