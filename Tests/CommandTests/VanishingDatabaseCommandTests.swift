import ESE
import Foundation
import TestSupport
import Testing

/// A set that loses one of its databases, night by night.
@Suite struct VanishingDatabaseCommandTests {
    private func site() throws -> Site {
        let site = try Site(Link(.directory))
        try write(ESEDatabase { $0.seed = 9 }.bytes(), site, "second.edb")
        return site
    }

    private func write(_ bytes: [UInt8], _ site: Site, _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: site.path("source/" + name)))
    }

    private func latest(_ site: Site) throws -> String? {
        try site.expectGood("show", Site.job).split(separator: "\n").first?.split(separator: " ").last
            .map(String.init)
    }

    @Test func aSetThatLacksADatabaseIsHeld() throws {
        let site = try site()
        try site.expectGood("run", Site.job)
        try FileManager.default.removeItem(atPath: site.path("source/second.edb"))
        let said = try site.expect(27, "run", Site.job)
        #expect(said.contains("it lacks second.edb, which point 1 has"))
        #expect(
            said.contains("second.edb was in the last image, and is left out of this one: it is not there"))
        #expect(try latest(site)?.hasPrefix("1-") == true)
        try site.expectGood("release", Site.job, "2")
        try site.expectGood("run", Site.job)
        #expect(try latest(site)?.hasPrefix("3-") == true)
    }

    @Test("what is accepted by name is not held", arguments: ["option", "configuration"])
    func accepted(how: String) throws {
        let site = try site()
        try site.expectGood("run", Site.job)
        try FileManager.default.removeItem(atPath: site.path("source/second.edb"))
        if how == "option" {
            try site.expectGood("run", Site.job, "--leave-out", "second.edb")
        } else {
            try site.configure(
                source: "ese: \(site.path("source")), leave-out: [second.edb]",
                targets: ["vault": "directory: \(site.store)"])
            try site.expectGood("run", Site.job)
        }
        #expect(try latest(site)?.hasPrefix("2-") == true)
        #expect(try site.expectGood("show", Site.job).contains("second.edb: not there"))
    }

    @Test func whatIsLeftOutIsSaidEverywhere() throws {
        let site = try site()
        try write([1, 2], site, "readme.txt")
        let said = try site.run("run", Site.job, "--verbose")
        #expect(said.status == 0)
        #expect(said.errorText.contains("left out readme.txt: not a file of the database engine"))
        #expect(try !site.run("run", Site.job).errorText.contains("left out"))
        #expect(
            try site.expectGood("show", Site.job).contains("readme.txt: not a file of the database engine"))
        let shown = try #require(try site.json("show", Site.job).last)
        let source = try #require(shown.fields["source"] as? [String: Any])
        #expect(source["left_out_count"] as? Int == 1)
        let first = try #require((source["left_out"] as? [[String: Any]])?.first)
        #expect(first["name"] as? String == "readme.txt")
        #expect(first["is_accepted"] as? Bool == false)
        try site.expectGood("restore", Site.job, "--to", site.path("restored"))
        let manifest = try String(contentsOfFile: site.path("restored/hybridrep.json"), encoding: .utf8)
        #expect(manifest.contains(#""name" : "readme.txt""#))
    }

    @Test func aNameWithATabIsRefusedWithACommandThatCanBeTyped() throws {
        let site = try site()
        try write(ESEDatabase { $0.seed = 11 }.bytes(), site, "tab\there.edb")
        let said = try site.expect(21, "run", Site.job)
        #expect(said.contains(#"tab\u{9}here.edb: its name has control characters; it would be left out"#))
        #expect(said.contains(#"hybridrep run mdb01 --leave-out $'tab\there.edb'"#))
        #expect(try site.run("run", Site.job, "--accept-loss").status == 3)
        try site.expectGood("run", Site.job, "--leave-out", "tab\there.edb")
        #expect(try site.expectGood("show", Site.job).contains(#"tab\u{9}here.edb: left out by name"#))
    }

    @Test func aDatabaseFileThatIsNoneAnyMoreIsRefused() throws {
        let site = try Site()
        let path = site.path("x.edb")
        try Data(ESEDatabase().bytes()).write(to: URL(fileURLWithPath: path))
        try site.configure(source: "file: \(path)", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        try Data(count: 500_000).write(to: URL(fileURLWithPath: path))
        #expect(
            try site.expect(21, "run", Site.job).contains("named like a database, and its header is blank"))
    }

    // Goal of this test: a file that is a database by nothing but its name is backed up like any other, and said to be none.
    @Test func aFileThatIsADatabaseByItsNameAloneIsShippedWithAWarning() throws {
        let site = try Site()
        let path = site.path("x.edb")
        var random = SeededGenerator(seed: 3)
        try Data(random.bytes(1 << 20)).write(to: URL(fileURLWithPath: path))
        try site.configure(source: "file: \(path)", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        let run = try site.run("run", Site.job)
        #expect(run.status == 0)
        #expect(run.errorText.contains("x.edb is named like a database and holds nothing of one"))
        #expect(try site.points().map { $0.text("health") } == ["good"])
    }

    @Test func aDatabaseWithoutItsHeadersIsOneAllTheSame() throws {
        let site = try Site()
        let path = site.path("x.edb")
        var random = SeededGenerator(seed: 4)
        var bytes = ESEDatabase { $0.pages = 400 }.bytes()
        // Headers, and the pages that a look at the start would find.
        bytes.replaceSubrange(0..<131_072, with: random.bytes(131_072))
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        try site.configure(source: "file: \(path)", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        #expect(
            try site.expect(21, "run", Site.job).contains(
                "neither the header nor its shadow has a right checksum"))
    }

    @Test func aDatabaseWhoseContentIsAllOtherIsHeld() throws {
        let site = try Site()
        let path = site.path("x.edb")
        var random = SeededGenerator(seed: 5)
        try Data(ESEDatabase().bytes()).write(to: URL(fileURLWithPath: path))
        try site.configure(source: "file: \(path)", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        try Data(random.bytes(1 << 20)).write(to: URL(fileURLWithPath: path))
        #expect(try site.expect(27, "run", Site.job).contains("it is no longer a database, as point 1 was"))
    }
}
