import Foundation
import TestSupport
import Testing

/// A message says the way on, and the way leads somewhere.
@Suite struct DeadEndTests {
    private func site() throws -> Site {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        return site
    }

    @Test func aRestoreMakesItsFolderOrSaysWhichParentToMake() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let parent = site.path("not there")
        let said = try site.expect(2, "restore", Site.job, "--to", parent + "/out")
        #expect(
            said
                == "hybridrep restore mdb01: FAILED (2) restore to \(parent)/out: there is no folder \(parent)\n"
                + "hint: mkdir -p '\(parent)'\n")
        for arguments in [["--image", parent + "/out"], ["--image", parent + "/out", "--in-place"]] {
            let result = try site.run(["restore", Site.job] + arguments)
            #expect(result.errorText.hasSuffix("hint: mkdir -p '\(parent)'\n"), "\(result.errorText)")
        }
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try site.expectGood("restore", Site.job, "--to", parent + "/out")
        #expect(try site.restored("not there/out") == site.source())
        #expect(
            try site.expect(2, "restore", Site.job, "--to", "-").hasSuffix(
                "hint: give a folder, or --image - for the tar of the set\n"))
    }

    @Test func aDashIsStandardOutput() throws {
        let site = try site()
        #expect(try site.expectGood("restore", Site.job, "--to", "-") == "something\n")
        #expect(try site.expectGood("report", "--html", "-").hasPrefix("<!DOCTYPE html>"))
        #expect(try site.expectGood("status", "--prometheus", "-").hasPrefix("# HELP hybridrep_up "))
        try site.expect(2, "report", "--html", "-", "--json")
        try site.expect(2, "serve", "--store", site.store, "--log", "-")
        #expect(!FileManager.default.fileExists(atPath: "-"))
    }

    @Test func aRestoreOfAFileIntoAFolderSaysHow() throws {
        let site = try site()
        let folder = site.path("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let said = try site.expect(2, "restore", Site.job, "--to", folder)
        let hint = try #require(said.split(separator: "\n").last)
        #expect(hint.hasPrefix("hint: name a file in it, as in \(folder)/1-"))
    }

    // Goal of this test: who has older points that nobody can repair learns which, and how the warning ends.
    @Test func olderPointsThatAreLostAreNamedAndCanBeForgotten() throws {
        let site = try Site(source: "file: FILE".replacing("FILE", with: "/dev/null"))
        let file = site.path("db.img")
        try site.configure(
            source: "file: \(file)", targets: ["vault": "directory: \(site.store)"],
            more: "sanity-gate: false")
        for night in UInt8(1)...2 {
            try Data((0..<400_000).map { UInt8(truncatingIfNeeded: ($0 &* Int(night) &* 7919) >> 9) })
                .write(to: URL(fileURLWithPath: file))
            try site.expectGood("run", Site.job)
        }
        for pack in try site.stored("packs") { try FileManager.default.removeItem(atPath: pack) }
        // What the newest point lacks is shipped again, in a new one; nobody has the bytes of older ones.
        let said = try site.expect(22, "verify", Site.job, "--full", "--repair")
        #expect(
            said.hasSuffix(
                "until the lost points are forgotten: hybridrep forget mdb01 1 2 --more-than-half\n"),
            "\(said)")
        let status = try site.run("status")
        #expect(status.status == 22)
        #expect(status.outputText.contains("what to do: hybridrep verify mdb01 --target vault"))
        try site.expectGood("forget", Site.job, "1", "2", "--more-than-half")
        try site.expectGood("verify", Site.job, "--full")
        #expect(try site.run("status").status == 0)
    }

    // Goal of this test: a map that was shipped again makes the older points whole, and the repair says so.
    @Test func aRepairThatHealsEverythingIsDegraded() throws {
        let site = try site()
        for map in try site.stored("maps") { try site.flip(map, at: 100) }
        let repaired = try site.run("verify", Site.job, "--full", "--repair")
        #expect(repaired.status == 3, "\(repaired.errorText)")
        try site.expectGood("verify", Site.job, "--full")
    }

    @Test func aCopyThatLeavesOutAHeldPointSaysSo() throws {
        let site = try Site(source: "file: /dev/null")
        let file = site.path("db.img")
        try site.configure(source: "file: \(file)", targets: ["vault": "directory: \(site.store)"])
        func write(_ count: Int) throws {
            try Data((0..<count).map { UInt8(truncatingIfNeeded: $0) }).write(
                to: URL(fileURLWithPath: file))
        }
        try write(400_000)
        try site.expectGood("run", Site.job)
        try write(100_000)
        try site.expect(27, "run", Site.job)
        let said = try site.expect(3, "copy", Site.job, "--from", "vault", "--to", site.path("third"))
        #expect(said.hasPrefix("warning: point 2-"))
        #expect(
            said.hasSuffix(
                " of vault is left out: held as suspicious; check its source, then: "
                    + "hybridrep release mdb01 2 --target vault\n"), "\(said)")
        try site.expectGood("release", Site.job, "2", "--target", "vault")
        try site.expectGood("copy", Site.job, "--from", "vault", "--to", site.path("third"))
    }

    // Goal of this test: the reason of a failure is in its last lines, and is kept as it was written.
    @Test func aRehearsalKeepsTheEndOfWhatItsCommandSaid() throws {
        let site = try Site.rehearsing()
        let line = #"seq 1 400; echo "the 'real' reason"; printf 'a\tb\n'; exit 3 # {}"#
        let found = try site.rehearse(["--exec", line], status: 22)
        let said = try #require(found.summary?.command.text("said"))
        #expect(said.hasSuffix("\n400\nthe 'real' reason\na\tb"), "\(said)")
        #expect(said.hasPrefix("…") && said.utf8.count <= 500)
        #expect(found.result.errorText.contains("\n  the 'real' reason\n  a\\u{9}b\nhint: "))
    }
}
