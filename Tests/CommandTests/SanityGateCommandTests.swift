import Foundation
import Platform
import TestSupport
import Testing

/// A source that an intruder has encrypted, and one that lost most of itself.
@Suite struct SanityGateCommandTests {
    private static func site(_ more: String = "") throws -> Site {
        let site = try Site()
        try site.configure(
            source: "file: \(site.path("db.img"))", targets: ["vault": "directory: \(site.store)"], more: more
        )
        try site.expectGood("init", "vault")
        for night in 0..<4 { try write(site, night: night) }
        return site
    }

    /// Text-like pages, a few of which change each night.
    private static func write(_ site: Site, night: Int, pages: Int = 160, run: Bool = true) throws {
        var content: [UInt8] = []
        for page in 0..<pages {
            let version = page % 50 == night % 50 ? night : 0
            let line = Array("page \(page) version \(version) of a table with many words, ".utf8)
            content += (0..<8192).map { line[($0 &+ page) % line.count] }
        }
        try Data(content).write(to: URL(fileURLWithPath: site.path("db.img")))
        if run { try site.expectGood("run", Site.job) }
    }

    private static func encrypt(_ site: Site) throws {
        var generator = SeededGenerator(seed: 4)
        try Data(generator.bytes(160 * 8192)).write(to: URL(fileURLWithPath: site.path("db.img")))
    }

    private static func latest(_ site: Site) throws -> String {
        try site.expectGood("show", Site.job).split(separator: "\n")[0].split(separator: " ").last.map(
            String.init)
            ?? ""
    }

    @Test func anEncryptedSourceIsHeldUntilItIsReleased() throws {
        let site = try Self.site()
        try Self.encrypt(site)
        let errors = try site.expect(27, "run", Site.job)
        #expect(
            errors.contains("is committed as suspicious and does not become latest: 100 % of it has changed"))
        #expect(errors.contains("as if it were encrypted"))
        #expect(
            errors.contains("hint: check the source; if it is as it should be: hybridrep release mdb01 5"))
        #expect(try Self.latest(site).hasPrefix("4-"))
        // The next night is like this one, and no better.
        #expect(try site.expect(27, "run", Site.job).contains("it is built upon point 5, which is held"))
        let status = try #require(try site.json("status", Site.job, status: 27).last)
        #expect(status.text("latest_point_id")?.hasPrefix("4-") == true)
        #expect(status.text("head_point_id")?.hasPrefix("6-") == true)
        #expect(
            (status.fields["findings"] as? [String])?.first?.hasSuffix("hybridrep release mdb01 6") == true)
        #expect(try site.run("restore", Site.job, "6", "--to", site.path("held")).status == 3)
        try site.expectGood("release", Site.job, "6", "--comment", "encrypted at rest since today")
        try site.expectGood("restore", Site.job, "6", "--to", site.path("released"))
        #expect(try Self.latest(site).hasPrefix("6-"))
        try site.expectGood("run", Site.job)
        #expect(try Self.latest(site).hasPrefix("7-"))
        try site.expectGood("status", Site.job)
    }

    @Test func aSourceThatLostMostOfItselfIsHeld() throws {
        let site = try Self.site()
        try Self.write(site, night: 9, pages: 40, run: false)
        #expect(
            try site.expect(27, "run", Site.job).contains(
                "the image has 327680 bytes, that of point 4 has 1310720"))
        // Back as it was, but built upon the held one.
        try Self.write(site, night: 3, run: false)
        try site.expect(27, "run", Site.job)
        try site.expectGood("release", Site.job, "6")
        try Self.write(site, night: 4)
    }

    @Test func theGateCanBeLeftOpen() throws {
        let site = try Self.site("sanity-gate: false")
        try Self.encrypt(site)
        try site.expectGood("run", Site.job)
        #expect(try Self.latest(site).hasPrefix("5-"))
    }
}
