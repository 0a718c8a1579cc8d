import ESE
import Foundation
import Platform
import TestSupport
import Testing

@Suite struct StreamJobTests {
    private func dump(_ seed: UInt64, _ count: Int = 300_000) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        return random.bytes(count)
    }

    private func expectRestored(_ site: Site, _ point: String, _ bytes: [UInt8]) throws {
        let target = site.path("restored-\(point)")
        try site.expectGood("restore", Site.job, point, "--to", target)
        #expect(FileManager.default.contents(atPath: target) == Data(bytes), "point \(point)")
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    // Goal of this test: a file that another program writes each night is shipped by its changes.
    @Test func aFileIsReadInPlaceAndBecomesTheBaseOfTheNextDelta() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/dump"
        let site = try Site(source: "file: \(file)")
        var bytes = dump(1)
        try write(bytes, file)
        try site.expectGood("run", Site.job)
        let night1 = bytes
        bytes.replaceSubrange(1000..<1200, with: dump(2, 200))
        try write(bytes, file)
        let summary = try #require(try site.json("run", Site.job).last)
        #expect(summary.number("blocks_changed") == 1)
        #expect(try #require(summary.number("bytes_stored")) < 2_000)
        try expectRestored(site, "1", night1)
        try expectRestored(site, "2", bytes)
        // Without its base, the changed block is shipped whole, and all the others still not at all.
        try FileManager.default.removeItem(atPath: site.spool)
        bytes.replaceSubrange(9000..<9200, with: dump(3, 200))
        try write(bytes, file)
        let third = try #require(try site.json("run", Site.job).last)
        #expect(third.number("blocks_changed") == 1)
        #expect((8_000..<11_000).contains(try #require(third.number("bytes_stored"))))
        try expectRestored(site, "3", bytes)
    }

    // Goal of this test: the three other ways to give bytes make the same points.
    @Test func pushTakesAFileOrStandardInput() throws {
        let site = try Site(source: "stdin: true")
        let first = dump(1)
        try write(first, site.path("first"))
        try site.expectGood("push", Site.job, site.path("first"))
        let second = first + dump(2, 5_000)
        try site.expectGood("push", Site.job, "-", input: second)
        let third = dump(3, 5_000) + second
        try site.expectGood("run", Site.job, input: third)
        try expectRestored(site, "1", first)
        try expectRestored(site, "2", second)
        try expectRestored(site, "3", third)
        #expect(try site.points().map { $0.number("image_bytes") } == [300_000, 305_000, 310_000])
    }

    // Goal of this test: a producer's exit status counts, whatever it has printed before.
    @Test func aFailingCommandMakesNoPoint() throws {
        let folder = try TemporaryFolder()
        let bytes = dump(4)
        try write(bytes, folder.path + "/dump")
        try write([], folder.path + "/failing")
        let site = try Site(
            source: "command: \"cat \(folder.path)/dump; test ! -e \(folder.path)/failing || exit 3\"")
        let before = try Site.tree(site.store)
        let errors = try site.expect(20, "run", Site.job)
        #expect(errors.contains("FAILED (20) "))
        #expect(errors.contains("3"))
        #expect(try Site.tree(site.store) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.spool) == ["lock"])
        try FileManager.default.removeItem(atPath: folder.path + "/failing")
        try site.expectGood("run", Site.job)
        try expectRestored(site, "1", bytes)
    }

    @Test func aCommandInWordsIsRunWithoutAShell() throws {
        let folder = try TemporaryFolder()
        try write(dump(5), folder.path + "/a $HOME; b")
        let site = try Site(source: "command: [cat, \"\(folder.path)/a $HOME; b\"]")
        try site.expectGood("run", Site.job)
        try expectRestored(site, "1", dump(5))
        let killed = try Site(source: "command: \"echo some; kill -9 $$\"")
        try killed.expect(20, "run", Site.job)
        let absent = try Site(source: "command: [/nonexistent/dump]")
        try absent.expect(20, "run", Site.job)
        #expect(try absent.points().isEmpty)
    }

    // Goal of this test: less than a backup never passes for one.
    @Test func shortAndEmptyStreamsAreRefused() throws {
        let site = try Site(source: "stdin: true, min-size: 200K")
        #expect(try site.expect(20, "run", Site.job).contains("standard input: it is empty"))
        #expect(
            try site.expect(20, "run", Site.job, input: dump(1, 1_000)).contains(
                "1000 bytes, fewer than the 204800 it must have"))
        #expect(
            try site.expect(20, "run", Site.job, "--expect-bytes", "300001", input: dump(1)).contains(
                "300000 bytes, not the 300001 expected"))
        try write([], site.path("empty"))
        try site.expect(20, "push", Site.job, site.path("empty"))
        #expect(try site.expect(20, "push", Site.job, site.path("absent")).contains(site.path("absent")))
        #expect(try site.points().isEmpty)
        try site.expectGood("run", Site.job, "--expect-bytes", "300000", input: dump(1))
        #expect(try site.points().count == 1)
    }

    // Goal of this test: nobody has to say that a file is a database for its pages to be checked.
    @Test("a bad page in a file or stream that is a database is found", .tags(.slow))
    func aDatabaseIsKnownByItsHeader() throws {
        let site = try Site(source: "stdin: true")
        var bytes = ESEDatabase { $0.pages = 48 }.bytes()
        try site.expectGood("push", Site.job, "-", input: bytes)
        let good = bytes
        bytes[8192 * (1 + 20) + 555] ^= 0xFF
        let before = try Site.tree(site.store)
        let piped = try site.expect(21, "push", Site.job, "-", input: bytes)
        #expect(piped.contains("page 20: checksum failed"))
        let file = site.path("copy.edb")
        try write(bytes, file)
        let named = try site.expect(21, "push", Site.job, file)
        #expect(named.contains(file))
        #expect(named.contains("page 20: checksum failed"))
        #expect(try Site.tree(site.store) == before)

        // Accepted, it is a point that never passes for a good one.
        let lines = try site.json("push", Site.job, "-", "--accept-damaged", status: 3, input: bytes)
        #expect(lines.last?.text("health") == "damaged")
        #expect(lines.last?.number("blocks_bad") == 1)
        #expect(try site.points().map { $0.text("health") } == ["good", "damaged"])
        try expectRestored(site, "latest", good)
        try site.expect(3, "restore", Site.job, "2", "--to", site.path("damaged"))
        #expect(FileManager.default.contents(atPath: site.path("damaged")) == Data(bytes))
    }

    @Test("a set with a bad page is refused, and accepted as damaged only by option", .tags(.slow))
    func aSetWithABadPage() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let good = try site.source()
        try site.flip(site.database, at: 8192 * (1 + 17) + 400)
        let bad = try site.source()
        let before = try Site.tree(site.store)
        let refused = try site.expect(21, "run", Site.job)
        #expect(refused.hasPrefix("hybridrep run mdb01: FAILED (21) check \(site.database): 1 bad page: 17"))
        #expect(try Site.tree(site.store) == before)
        let accepted = try #require(try site.json("run", Site.job, "--accept-damaged", status: 3).last)
        #expect(accepted.text("health") == "damaged")
        try site.expectGood("restore", Site.job, "--to", site.path("latest"))
        #expect(try site.restored("latest") == good)
        try site.expectGood("verify", Site.job, "--full", "latest")
        // Intact, and damaged all the same.
        let verified = try site.run("verify", Site.job, "--full", "2")
        #expect(verified.status == 3)
        #expect(verified.outputText.contains("digest matches\nmdb01.edb: 48 pages checked, 1 bad\n"))
        try site.expect(3, "restore", Site.job, "2", "--to", site.path("second"))
        #expect(try site.restored("second") == bad)
    }
}
