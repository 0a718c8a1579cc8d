import ESE
import Foundation
import Platform
import TestSupport
import Testing

@Suite struct LogPointCommandTests {
    private static let set = ESESet(pages: 400, isDirty: true)

    /// A dirty set in `source`, whose job takes a full a day and logs in between.
    private func site(_ link: Link, more: String = "full-every: 24h") throws -> Site {
        let site = try Site()
        try site.makeSet(Self.set)
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": link.target(store: site.store)],
            more: more)
        try site.expectGood("init", "vault")
        return site
    }

    /// An hour's work: the database is written to, and there are more logs.
    private func work(_ site: Site, through last: Int32) throws {
        try site.mutate(UInt64(last))
        for name in try site.source().keys where name.hasSuffix(".log") {
            try FileManager.default.removeItem(atPath: site.path("source/" + name))
        }
        for (name, bytes) in zip(ESELog.names(1...last), ESELog.chain(1...last, seed: Self.set.database.seed))
        {
            try Data(bytes).write(to: URL(fileURLWithPath: site.path("source/" + name)))
        }
    }

    // Goal of this test: an hour's loss, not a day's, at the price of the new logs.
    @Test("a day of hourly runs, over every link", arguments: Link.Kind.nearAndFar)
    func hourly(kind: Link.Kind) throws {
        let link = try Link(kind)
        let site = try site(link)
        let atMidnight = try site.source()
        try site.expectGood("run", Site.job)
        var hours: [[String: Data]] = []
        for last in Int32(5)...7 {
            try work(site, through: last)
            hours.append(try site.source())
            let result = try site.run("run", Site.job)
            #expect(result.status == 0)
            #expect(result.outputText + result.errorText == "")
        }
        let points = try site.points()
        #expect(points.map { $0.text("kind") } == ["full", "logs", "logs", "logs"])
        #expect(points.map { $0.text("health") } == ["good", "good", "good", "good"])
        #expect(points.dropFirst().allSatisfy { $0.number("full_generation") == 1 })
        // A log has 5 segments of 4 KiB with random bytes: one that is new, one that was and is renamed.
        #expect(points.dropFirst().allSatisfy { ($0.number("shipped_bytes") ?? .max) < 60_000 })

        for (index, hour) in hours.enumerated() {
            let name = "hour\(index)"
            try site.expectGood("restore", Site.job, "\(index + 2)", "--to", site.path(name))
            let restored = try site.restored(name)
            // The database as it was at midnight, the logs as they were that hour, and no checkpoint.
            #expect(Set(restored.keys) == Set(hour.keys).subtracting(["E00.chk"]), "hour \(index)")
            let verdict = try #require(try site.json("ese", "set", site.path(name)).last)
            #expect("\(verdict.fields)".contains("complete"), "\(verdict.fields)")
            for (file, content) in restored {
                #expect(content == (file == "mdb01.edb" ? atMidnight[file] : hour[file]), "\(file)")
            }
        }
        let text = try site.expectGood("restore", Site.job, "--to", site.path("latest"))
        #expect(text.hasPrefix("restored point 4-"))
        #expect(text.contains(" on point 1-"))
        #expect(try site.expectGood("verify", Site.job, "--full").contains("image of point 1-"))
        #expect(try site.expectGood("show", Site.job).contains("logs of point 1"))
        try site.expectGood("verify", Site.job, "3")
    }

    // Goal of this test: logs are of no use without their full, so damage of that is mended first, unattended.
    @Test func aDamagedFullIsShippedAgainBeforeItsLogs() throws {
        let site = try site(Link(.directory))
        try site.expectGood("run", Site.job)
        let ofFull = try site.stored("packs")
        try work(site, through: 5)
        try site.expectGood("run", Site.job)
        for pack in ofFull { try FileManager.default.removeItem(atPath: pack) }
        try work(site, through: 6)
        let lines = try site.json("run", Site.job)
        #expect(lines.map(\.type) == ["warning", "summary", "summary"])
        #expect(try site.points().map { $0.text("kind") } == ["full", "logs", "full", "logs"])
        try site.expectGood("verify", Site.job, "4", "--full")
        try work(site, through: 7)
        let next = try site.run("run", Site.job)
        #expect(next.status == 0)
        #expect(next.outputText + next.errorText == "")
        #expect(try site.points().last?.number("full_generation") == 3)
    }

    @Test func aPointIsNamedByItsTime() throws {
        let site = try site(Link(.directory))
        try site.expectGood("run", Site.job)
        let time = try #require(try site.points()[0].text("source_time"))
        try site.expectGood("restore", Site.job, "--at", time, "--to", site.path("out"))
        let errors = try site.expect(10, "restore", Site.job, "--at", "2h", "--to", site.path("none"))
        #expect(errors.contains("no good point from 20"))
        try site.expect(2, "restore", Site.job, "--at", "yesterday", "--to", site.path("none"))
        try site.expect(2, "restore", Site.job, "1", "--at", "2h", "--to", site.path("none"))
    }

    @Test func aFullIsTakenWhenItIsAskedForOrALogIsMissing() throws {
        let site = try site(Link(.directory))
        try site.expectGood("run", Site.job)
        try site.expectGood("run", Site.job, "--full")
        try work(site, through: 7)
        try FileManager.default.removeItem(atPath: site.path("source/E0000000005.log"))
        let result = try site.run("run", Site.job, "--verbose")
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.errorText.contains("taking a full: the logs since the last full have a break: -528"))
        #expect(try site.points().map { $0.text("kind") } == ["full", "full", "full"])
        // Without full-every there are fulls only.
        let plain = try Site(Link(.directory))
        try plain.expectGood("run", Site.job)
        try plain.expectGood("run", Site.job)
        #expect(try plain.points().map { $0.text("kind") } == ["full", "full"])
    }

    @Test("a target that missed the full gets it before the logs")
    func catchingUp() throws {
        let site = try Site()
        try site.makeSet(Self.set)
        let usb = site.path("usb")
        let source = "ese: \(site.path("source"))"
        try site.configure(
            source: source, targets: ["vault": "directory: \(site.store)", "usb": "directory: \(usb)"],
            more: "full-every: 24h")
        try site.expectGood("init", "vault")
        try site.expectGood("init", "usb")
        // Away for the night.
        try FileManager.default.moveItem(atPath: usb, toPath: usb + ".away")
        try site.expect(3, "run", Site.job)
        try FileManager.default.moveItem(atPath: usb + ".away", toPath: usb)
        try work(site, through: 5)
        try site.expectGood("run", Site.job)
        for target in ["vault", "usb"] {
            let list = try #require(try site.json("list", Site.job, "--target", target).last)
            let points = try #require(list.fields["points"] as? [[String: Any]]).map(Line.init)
            #expect(points.map { $0.text("kind") } == ["full", "logs"], "\(target)")
            try site.expectGood("restore", Site.job, "--target", target, "--to", site.path("from-" + target))
        }
        #expect(try site.restored("from-usb") == site.restored("from-vault"))
    }

    @Test func aHostThatLostItsMemoryGoesOnWithTheNextFull() throws {
        let site = try site(Link(.directory))
        try site.expectGood("run", Site.job)
        try work(site, through: 5)
        try site.expectGood("run", Site.job)
        try FileManager.default.removeItem(atPath: site.state)
        try work(site, through: 6)
        try site.expectGood("run", Site.job)
        try FileManager.default.removeItem(atPath: site.path("spool"))
        try work(site, through: 7)
        let result = try site.run("run", Site.job)
        #expect(result.status == 0, "\(result.errorText)")
        #expect(try site.points().map { $0.text("kind") } == ["full", "logs", "logs", "full"])
        try site.expectGood("verify", Site.job, "--full")
        try site.expectGood("restore", Site.job, "3", "--to", site.path("out"))
    }

    @Test func onlyASetHasLogs() throws {
        let site = try Site()
        try site.configure(source: "file: /x", targets: ["vault": "directory: /y"], more: "full-every: 1h")
        #expect(try site.expect(2, "config", "check").contains("full-every: goes with an ese source"))
    }
}
