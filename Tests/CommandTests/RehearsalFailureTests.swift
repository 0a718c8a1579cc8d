import ESE
import Foundation
import Glibc
import Platform
import TestSupport
import Testing

/// What a rehearsal says and leaves when it fails, or is told to end.
@Suite struct RehearsalFailureTests {
    private func expectNotRehearsed(_ site: Site, _ why: String) throws {
        let status = try site.status(code: 22)
        #expect(status.fields["rehearsed_time"] is NSNull)
        let findings = try #require(status.fields["findings"] as? [String])
        #expect(findings.contains { $0.hasPrefix("the last rehearsal failed: \(why)") }, "\(findings)")
    }

    @Test("a command that is not there is code 2, and nothing is fetched for one that can be looked up")
    func notThere() throws {
        let site = try Site.rehearsing()
        let found = try site.rehearse(["--exec", "no-such-program {}"], status: 2)
        #expect(found.summary?.flag("good") == false)
        #expect(found.summary?.command.text("end") == "not_started")
        #expect(
            found.result.errorText.contains(
                ": the command could not be started (exit status 127)\n  it said: "))
        #expect(found.result.errorText.contains("\nhint: install it, or name it with its full path"))
        try expectNotRehearsed(site, "the command could not be started")
        for words in ["[no-such-program, \"{}\"]", "[/nonexistent/program, \"{}\"]"] {
            try site.configure(
                source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"],
                more: "rehearse: {exec: \(words)}")
            let early = try site.rehearse(status: 2)
            #expect(early.summary == nil)
            #expect(early.result.errorText.contains("FAILED (2) there is no program "))
        }
    }

    @Test(
        "a command that fails is code 22, with what it said",
        arguments: [
            ("echo no such table >&2; exit 3 # {}", "the command ended with exit status 3"),
            ("echo no such table; exit 1 # {}", "the command ended with exit status 1"),
            ("echo no such table; kill -9 $$ # {}", "the command was ended by a signal"),
        ])
    func fails(line: String, verdict: String) throws {
        let site = try Site.rehearsing()
        let found = try site.rehearse(["--exec", line], status: 22)
        #expect(found.summary?.text("verdict") == verdict)
        #expect(found.summary?.command.text("end") == "failed")
        #expect(found.result.errorText.contains("FAILED (22) point 1-"))
        #expect(found.result.errorText.contains("\n  it said: no such table\nhint: run it by hand on "))
        try expectNotRehearsed(site, verdict)
        try site.rehearse(["--exec", "test -d {}"])
        #expect(try site.status().fields["rehearsed_time"] is String)
    }

    @Test("a command that hangs is ended at its deadline, with all it has started")
    func hangs() throws {
        let site = try Site.rehearsing()
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"],
            more: "rehearse: {deadline: 1s}")
        let line = "trap '' TERM; (trap '' TERM; exec tail -f {}/mdb01.edb >/dev/null) & tail -f {}/mdb01.edb"
        let found = try site.rehearse(["--exec", line], status: 22)
        #expect(found.summary?.command.text("end") == "took_too_long")
        #expect(found.result.errorText.contains(": the command did not end in time, and was ended\n"))
        #expect(found.result.errorText.contains("or give it more than 1 s: rehearse: {deadline: …}"))
        #expect(try Self.processes(with: site.scratchFolder) == [])
        try expectNotRehearsed(site, "the command did not end in time")
    }

    @Test func whatACommandLeavesRunningEndsWithIt() throws {
        let site = try Site.rehearsing()
        try site.rehearse(["--exec", "tail -f {}/mdb01.edb & test -d {}"])
        #expect(try Self.processes(with: site.scratchFolder) == [])
    }

    @Test("a damaged point is code 22", arguments: ["packs", "missing", "points"])
    func damaged(kind: String) throws {
        let site = try Site.rehearsing()
        let object = try #require(try site.stored(kind == "missing" ? "packs" : kind).first)
        if kind == "missing" {
            try FileManager.default.removeItem(atPath: object)
        } else {
            try site.flip(object, at: try #require(FileManager.default.contents(atPath: object)).count / 2)
        }
        let found = try site.rehearse(status: 22)
        #expect(found.result.errorText.contains("FAILED (22) "))
        // A point that cannot be read is not known well enough to keep anything of it.
        guard kind != "points" else { return }
        #expect(found.summary?.flag("good") == false)
        #expect(found.summary?.flag("kept") == true)
        #expect(found.result.errorText.contains("hint: restore another point; see what is damaged with: "))
        #expect(try site.status(code: 22).fields["rehearsed_time"] is NSNull)
    }

    @Test("a point that says itself that it is damaged is code 3, and no evidence for the job")
    func acceptedDamage() throws {
        let site = try Site()
        try site.makeSet(ESESet(pages: 64))
        try site.flip(site.database, at: 40 * 8192)
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        #expect(try site.run("run", Site.job, "--accept-damaged").status == 3)
        try site.rehearse(status: 10)
        let found = try site.rehearse(["1", "--exec", "test -d {}"], status: 3)
        #expect(found.summary?.flag("good") == false)
        #expect(found.summary?.flag("kept") == false)
        #expect(found.summary?.number("pages_bad") == 1)
        #expect(found.summary?.command.text("end") == "good")
        try site.rehearse(["1", "--exec", "test -f {}"], status: 22)
    }

    @Test(
        "usage", arguments: [["--exec", "true"], ["--exec", ""], ["nonsense"], ["--scratch", "relative"]])
    func usage(arguments: [String]) throws {
        let site = try Site.rehearsing()
        let found = try site.run(
            ["rehearse", Site.job]
                + (arguments[0] == "--scratch" ? [] : ["--scratch", site.scratchFolder]) + arguments)
        #expect(found.status == 2, "\(found.errorText)")
        #expect(found.errorText.contains("FAILED (2) "))
        #expect(try site.stored("notes").filter { $0.contains("/notes/02") } == [])
    }

    @Test func withoutAScratchFolderItSaysWhatToGive() throws {
        let site = try Site.rehearsing()
        #expect(try site.expect(2, "rehearse", Site.job).contains("\nhint: give --scratch DIR, or set it"))
        let errors = try site.expect(2, "rehearse", Site.job, "--scratch", site.path("no/such"))
        #expect(errors.contains("\nhint: make the folder that "))
    }

    // Goal of this test: whoever ends a rehearsal has neither its data nor its command left over.
    @Test(
        "a rehearsal that is told to end leaves nothing",
        arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGALRM, 23)] as [(Int32, Int32)])
    func toldToEnd(signal: Int32, status: Int32) throws {
        let site = try Site.rehearsing()
        let line = "kill -\(signal) $PPID; tail -f {}/mdb01.edb"
        let found = try site.rehearse(["--exec", line, "--deadline", "1h"], status: status)
        #expect(found.summary == nil)
        #expect(found.result.errorText.contains("FAILED (\(status)) stopped before it was done"))
        #expect(try Self.processes(with: site.scratchFolder) == [])
        #expect(try site.stored("notes").filter { $0.contains("/notes/02") } == [])
    }

    @Test("what a killed rehearsal has left is swept by the next; what is alive, or not ours, stays")
    func sweeps() throws {
        let site = try Site.rehearsing()
        let killed = try site.run(
            "rehearse", Site.job, "--scratch", site.scratchFolder, "--exec", "kill -9 $PPID; test -d {}")
        #expect(killed.status == 128 + 9)
        let left = try #require(try site.leftInScratch().first)
        #expect(try Site.tree(site.scratchFolder + "/" + left).count > 2)
        let alive = site.scratchFolder + "/hybridrep-rehearsal-0123456789abcdef"
        let foreign = site.scratchFolder + "/hybridrep-rehearsal-notes"
        for folder in [alive, foreign, site.path("elsewhere")] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try Data().write(to: URL(fileURLWithPath: folder + "/data"))
        }
        // A link under a name of ours is nobody's leftover: it stays, as does what it leads to.
        try FileManager.default.createSymbolicLink(
            atPath: site.scratchFolder + "/hybridrep-rehearsal-aaaaaaaaaaaaaaaa",
            withDestinationPath: site.path("elsewhere"))
        let lock = try #require(try HostFileSystem().lock(alive + "/lock", .exclusive))
        let inside = "ln -s \(site.path("elsewhere")) {}/link"
        let next = try site.run(
            "rehearse", Site.job, "--scratch", site.scratchFolder, "--exec", inside)
        #expect(next.status == 0, "\(next.errorText)")
        withExtendedLifetime(lock) {}
        #expect(
            try site.leftInScratch().sorted() == [
                "hybridrep-rehearsal-0123456789abcdef", "hybridrep-rehearsal-aaaaaaaaaaaaaaaa",
                "hybridrep-rehearsal-notes",
            ])
        #expect(FileManager.default.fileExists(atPath: alive + "/data"))
        #expect(FileManager.default.fileExists(atPath: site.path("elsewhere/data")))
    }

    /// Programs whose command line has `text`.
    private static func processes(with text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            guard let pid = Int32(name), pid != getpid(),
                let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else { return nil }
            let words = String(decoding: line, as: UTF8.self)
            return words.contains(text) ? words : nil
        }
    }
}
