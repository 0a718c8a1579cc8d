import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// `rehearse`: points of every kind come back, are proved and tried, and nothing of them is left.
@Suite struct RehearseCommandTests {
    // Goal of this test: what is rehearsed is what a restore brings, byte for byte.
    @Test("fulls and log points of a set", arguments: PageSize.allCases)
    func sets(size: PageSize) throws {
        let site = try Site.rehearsing(ESESet(size: size, pages: 64, isDirty: true))
        try site.mutate(2)
        let logs = ESELog.names(1...6)
        for name in try site.source().keys where name.hasSuffix(".log") {
            try FileManager.default.removeItem(atPath: site.path("source/" + name))
        }
        for (name, bytes) in zip(logs, ESELog.chain(1...6, seed: ESESet(size: size).database.seed)) {
            try Data(bytes).write(to: URL(fileURLWithPath: site.path("source/" + name)))
        }
        try site.expectGood("run", Site.job)
        #expect(try site.points().map { $0.text("kind") } == ["full", "logs"])
        for point in ["1", "2", "latest"] {
            let copy = site.path("copy-\(point)")
            let found = try #require(try site.rehearse([point, "--exec", "cp -r {} \(copy)"]).summary)
            #expect(found.flag("good") == true)
            #expect(found.flag("kept") == true)
            #expect(found.evidence.flag("image_digest_matches") == true)
            #expect(found.number("pages_checked") == 64)
            #expect(found.number("pages_bad") == 0)
            #expect(found.databases.map { $0.text("name") } == [ESESet.databaseName])
            #expect(found.databases.first?.text("log_verdict")?.hasPrefix("recoverable, complete") == true)
            #expect(found.command.text("end") == "good")
            #expect(found.command.number("exit_status") == 0)
            try site.expectGood("restore", Site.job, point, "--to", site.path("to-\(point)"))
            #expect(try Site.tree(copy) == Site.tree(site.path("to-\(point)")))
        }
        #expect(try site.stored("notes").filter { $0.contains("/notes/02") }.count == 3)
        #expect(try site.status().fields["rehearsed_time"] is String)
    }

    @Test func severalDatabasesAreEachProved() throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 64))
        for (number, name) in ["a.edb", "b.edb"].enumerated() {
            let file = try HostFileSystem().open(site.path("source/" + name), .create)
            try ESESet(pages: 32, seed: UInt64(number + 7)).database.write(to: file)
        }
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        let found = try #require(try site.rehearse().summary)
        #expect(found.databases.map { $0.text("name") } == ["a.edb", "b.edb", ESESet.databaseName])
        #expect(found.databases.map { $0.number("pages_checked") } == [32, 32, 64])
        #expect(found.evidence.fields["command"] == nil)
        #expect(found.text("verdict") == "pages and logs, no command")
    }

    @Test("raw images: a dump, a database, next to nothing", arguments: ["dump", "edb", "byte"])
    func raw(kind: String) throws {
        let site = try Site()
        let file = site.path("db.img")
        if kind == "edb" {
            try ESESet(pages: 64).database.write(to: HostFileSystem().open(file, .create))
        } else {
            var random = SeededGenerator(seed: 5)
            try Data(random.bytes(kind == "byte" ? 1 : 300_000)).write(to: URL(fileURLWithPath: file))
        }
        try site.configure(source: "file: \(file)", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        let found = try #require(try site.rehearse(["--exec", "cmp {} \(file)"]).summary)
        #expect(found.flag("good") == true)
        #expect(found.number("pages_checked") == (kind == "edb" ? 64 : 0))
        #expect(found.databases.count == (kind == "edb" ? 1 : 0))
        let without = try #require(try site.rehearse().summary)
        #expect(without.text("verdict") == (kind == "edb" ? "pages and logs, no command" : "digest only"))
    }

    @Test func anyOfThePointsIsChosenByChance() throws {
        let site = try Site.rehearsing(more: "full-compare: 30d")
        for night in UInt64(2)...4 {
            try site.mutate(night)
            try site.expectGood("run", Site.job)
        }
        let ids = try site.points().compactMap { $0.text("id") }
        for _ in 0..<8 {
            let found = try #require(try site.rehearse(["--random"]).summary)
            #expect(ids.contains(found.text("point_id") ?? ""))
        }
        try site.rehearse(["--random", "2"], status: 2)
    }

    @Test("on a host without configuration, near and far", arguments: Link.Kind.nearAndFar)
    func bare(kind: Link.Kind) throws {
        let link = try Link(kind)
        let site = try Site(link)
        try site.expectGood("run", Site.job)
        let result = try site.scratch.hybridrep(
            ["rehearse", Site.job, "--scratch", site.scratchFolder, "--exec", "test -f {}/mdb01.edb"]
                + link.bareArguments(store: site.store))
        #expect(result.status == 0, "\(result.errorText)")
        let lines = result.outputText.split(separator: "\n")
        #expect(lines.first?.hasPrefix("restored point 1-") == true)
        #expect(lines.last == "good: pages, logs and command; kept in the store")
        #expect(try site.leftInScratch() == [])
    }

    @Test func settingsOfTheJobStandWhereNoOptionDoes() throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 64))
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"],
            more: "rehearse: {scratch: \(site.scratchFolder), exec: [test, -f, \"{}/mdb01.edb\"]}")
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        #expect(try site.expectGood("rehearse", Site.job).contains("ended with exit status 0"))
        try site.expect(22, "rehearse", Site.job, "--exec", "test -f {}/other.edb")
        #expect(try site.leftInScratch() == [])
    }

    @Test func theHookIsCalledWhateverCameOfIt() throws {
        let site = try Site.rehearsing()
        let told = site.path("told")
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"],
            more: "hooks: {post-rehearse: 'echo $HYBRIDREP_STATUS $HYBRIDREP_EXIT_CODE >> \(told)'}")
        try site.rehearse()
        try site.rehearse(["--exec", "false {}"], status: 22)
        #expect(try String(contentsOfFile: told, encoding: .utf8) == "good 0\nfailed 22\n")
    }

    @Test func evidenceThatCannotBeKeptIsAWarning() throws {
        let site = try Site.rehearsing()
        let notes = site.store + "/jobs/\(Site.job)/notes"
        try? FileManager.default.removeItem(atPath: notes)
        try Data().write(to: URL(fileURLWithPath: notes))
        let found = try site.rehearse()
        #expect(found.summary?.flag("good") == true)
        #expect(found.summary?.flag("kept") == false)
        #expect(found.result.errorText.contains("warning: the result is not kept in the store"))
    }
}
