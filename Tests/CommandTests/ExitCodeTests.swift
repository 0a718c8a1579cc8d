import Foundation
import Platform
import TestSupport
import Testing

@Suite struct ExitCodeTests {
    private static let hasServer = LoopbackSSHServer.isAvailable
    private static let noServer: Comment = "needs OpenSSH's server and client"
    /// Where nothing listens.
    private static let refusing = "ssh: nobody@127.0.0.1, port: 1, store: /srv/store"

    private func site(_ targets: KeyValuePairs<String, String>, good: [String]) throws -> Site {
        let site = try Site(Link(.directory))
        try site.configure(source: "ese: \(site.path("source"))", targets: targets)
        for name in good { try site.expectGood("init", name) }
        return site
    }

    @Test func aStateFolderThatCannotBeMadeIsCode1() throws {
        let site = try Site(Link(.directory))
        try site.scratch.write("", to: "file")
        let errors = try site.expect(1, "run", Site.job, "--state", site.path("file/state"))
        #expect(errors.contains("FAILED (1) "))
        #expect(errors.contains("Not a directory"))
    }

    @Test func anUnknownJobOrTargetIsCode2() throws {
        let site = try Site(Link(.directory))
        #expect(try site.expect(2, "run", "mdb02").contains("hint: did you mean"))
        #expect(try site.expect(2, "init", "vaukt").contains("there is no target \"vaukt\""))
        #expect(try site.expect(2, "restore", Site.job).contains("one of --to and --image"))
        try site.expect(2, "restore", Site.job, "--to", "a", "--image", "b")
        try site.expect(2, "verify", Site.job, "--quick", "--full")
        try site.expect(2, "run", Site.job, "--lock-wait", "soon")
        try site.expect(2, "list", Site.job, "--store", "ssh://no-path")
    }

    // Goal of this test: a command whose deadline has passed says so and ends, whatever it waits for.
    @Test(.tags(.slow)) func aDeadlineThatPassesIsCode23() throws {
        let site = try Site(source: "command: sleep 600")
        let errors = try site.expect(23, "run", Site.job, "--deadline", "1s")
        #expect(
            errors.hasPrefix(
                "hybridrep run mdb01: FAILED (23) stopped before it was done: its deadline has passed\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.spool) == ["lock"])
        try site.expect(2, "run", Site.job, "--deadline", "soon")
    }

    // Goal of this test: one target that is down neither hides nor stops the other.
    @Test func oneOfTwoTargetsDownIsCode3AndTheOtherCommits() throws {
        let site = try Site(Link(.directory))
        try site.configure(
            source: "ese: \(site.path("source"))",
            targets: ["far": Self.refusing, "vault": "directory: \(site.store)"])
        let result = try site.run("run", Site.job, "--json")
        #expect(result.status == 3)
        let lines = try Line.parse(result.output)
        #expect(lines.map(\.type) == ["error", "summary"])
        #expect(lines[0].text("target") == "far")
        #expect(lines[0].number("exit_code") == 23)
        #expect(lines[1].text("target") == "vault")
        #expect(lines[1].flag("committed") == true)
        #expect(result.errorText.hasPrefix("hybridrep push mdb01 to far: FAILED (23) "))
        #expect(try Site.tree(site.store).keys.contains("jobs/mdb01/points/0000000000000001.point"))
    }

    @Test func aTargetThatRefusesConnectionsIsCode23() throws {
        let site = try site(["far": Self.refusing], good: [])
        let errors = try site.expect(23, "run", Site.job)
        #expect(errors.contains("FAILED (23) "))
        #expect(errors.contains("Connection refused"))
        try site.expect(23, "list", Site.job)
        // A store that may know the job's secret is out of reach: no second secret is drawn.
        let fresh = try Site()
        try fresh.configure(
            source: "ese: /nonexistent", targets: ["near": "directory: \(fresh.store)", "far": Self.refusing])
        #expect(try fresh.expect(23, "init", "near").contains("target far may have job mdb01"))
    }

    @Test func whatIsNotInitialisedIsCode10() throws {
        let site = try Site()
        try site.configure(source: "ese: /nonexistent", targets: ["vault": "directory: \(site.store)"])
        for verb in ["run", "push", "list", "show", "verify"] { try site.expect(10, verb, Site.job) }
        try site.expect(10, "restore", Site.job, "--to", site.path("out"))
        let errors = try site.expect(10, "run", Site.job)
        #expect(errors.contains("hint: make it with: hybridrep init vault --job mdb01"))
        #expect(!FileManager.default.fileExists(atPath: site.store))
        // Initialised, but empty: no point is no success either.
        try site.expectGood("init", "vault")
        try site.expect(10, "restore", Site.job, "--to", site.path("out"))
        #expect(try site.expect(22, "verify", Site.job).contains("nothing to verify (0 of 0)"))
    }

    // Goal of this test: two runs of a job never meet, on this host or at the store.
    @Test func whatIsLockedIsCode11AndNamesTheHolder() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let program = try Command.built("hybridrep")
        for lock in [site.spool + "/lock", site.store + "/jobs/\(Site.job)/push.lock"] {
            let result = try Command.run(
                ["flock", "-x", lock, program, "run", Site.job, "--config", site.configuration])
            #expect(result.status == 11)
            #expect(result.errorText.contains("FAILED (11) "))
            #expect(result.errorText.contains("pid "))
            #expect(result.errorText.contains("hint: wait for it, or give --lock-wait"))
        }
        #expect(try site.points().count == 1)
        // Readers need no lock, and nothing is left to unlock.
        let reading = try Command.run(
            [
                "flock", "-x", site.store + "/jobs/\(Site.job)/push.lock", program, "verify", "--full",
                Site.job, "--config", site.configuration,
            ])
        #expect(reading.status == 0)
        try site.expectGood("run", Site.job)
    }

    // Goal of this test: `--lock-wait` waits for both locks, and no longer than it must.
    @Test(arguments: ["spool", "store"]) func aRunWaitsForTheLockAsLongAsItIsTold(which: String) throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let lock = which == "spool" ? site.spool + "/lock" : site.store + "/jobs/\(Site.job)/push.lock"
        let script = """
            exec 3< "$1"
            flock -x 3
            "$2" run mdb01 --lock-wait 1m --config "$3" 3<&- &
            sleep 1
            exec 3<&-
            wait $!
            """
        let result = try Command.run(
            ["bash", "-c", script, "bash", lock, try Command.built("hybridrep"), site.configuration])
        #expect(result.status == 0, "\(result.errorText)")
        #expect(try site.points().count == 2)
    }

    @Test(
        "a far end that is not the known one, or does not know us, is code 12",
        .enabled(if: hasServer, noServer))
    func wrongKeys() throws {
        let link = try Link(.library)
        let site = try Site(link)
        try site.expectGood("run", Site.job)
        let server = try link.server
        try server.makeKey("other")
        try server.write("other_hosts", "[\(server.host)]:\(server.port) " + server.publicKey("other"))
        try server.write("no_hosts", "")
        let before = try Site.tree(site.store)
        for hosts in ["other_hosts", "no_hosts"] {
            let errors = try site.expect(12, "run", Site.job, "--known-hosts", server.path(hosts))
            #expect(errors.contains("FAILED (12) "))
            #expect(errors.contains("SHA256:"))
            #expect(errors.contains("\nhint: "))
        }
        let stranger = try site.expect(12, "run", Site.job, "--identity", server.path("other"))
        #expect(stranger.contains("FAILED (12) "))
        let spawned = try Link(.command)
        let second = try Site(spawned)
        let file = try spawned.server
        try file.makeKey("other")
        try file.write("known_hosts", "[\(file.host)]:\(file.port) " + file.publicKey("other"))
        try second.expect(12, "run", Site.job)
        #expect(try Site.tree(site.store) == before)
    }

    // Goal of this test: the far end's program missing is told as such, not as a broken link.
    @Test("an agent that cannot be started is named", .enabled(if: hasServer, noServer))
    func noAgent() throws {
        let link = try Link(.library)
        let site = try Site(link)
        let errors = try site.expect(23, "list", Site.job, "--remote-command", "/nonexistent/hybridrep")
        #expect(errors.contains("/nonexistent/hybridrep"))
        #expect(errors.contains("\nhint: "))
    }

    @Test func aSourceThatIsNotThereIsCode20() throws {
        let site = try Site(Link(.directory))
        try FileManager.default.removeItem(atPath: site.path("source"))
        #expect(try site.expect(20, "run", Site.job).contains(site.path("source")))
        try FileManager.default.createDirectory(
            atPath: site.path("source"), withIntermediateDirectories: false)
        try site.expect(20, "run", Site.job)
        #expect(try site.points().isEmpty)
    }

    // Goal of this test: damage at rest is found, named with all it affects, and never restored.
    @Test(arguments: ["packs", "maps", "points"]) func aFlippedByteIsCode22(kind: String) throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        try site.mutate(2)
        try site.expectGood("run", Site.job)
        // The object that came first, which the second point needs too, unless it is a point.
        let first = try #require(
            try site.stored(kind).max { left, right in
                let sizes = [left, right].map { FileManager.default.contents(atPath: $0)?.count ?? 0 }
                return sizes[0] < sizes[1]
            })
        let object = kind == "points" ? try site.stored(kind)[0] : first
        try site.flip(object, at: (FileManager.default.contents(atPath: object)?.count ?? 0) / 2)
        let errors = try site.expect(22, "verify", Site.job, "--full")
        #expect(errors.contains("hybridrep verify mdb01: FAILED (22) job mdb01 is damaged: "))
        #expect(errors.contains(String(object.dropFirst(site.store.count + 1))))
        if kind != "points" { #expect(errors.contains("needed by points 1, 2")) }
        let json = try site.json("verify", Site.job, "--full", status: 22)
        let summary = try #require(json.first { $0.type == "summary" })
        #expect(summary.flag("good") == false)
        #expect((summary.fields["damage"] as? [Any])?.isEmpty == false)
        // From the store alone: this host has maps of its own, which are good.
        let restored = try site.run(
            "restore", "--store", site.store, "--job", Site.job, "1", "--to", site.path("out"))
        #expect(restored.status == 22)
        let left = try? FileManager.default.contentsOfDirectory(atPath: site.path("out"))
        #expect((left ?? []) == [])
        if kind == "points" {
            try site.expect(22, "list", Site.job)
            try site.expectGood("restore", Site.job, "2", "--to", site.path("two"))
        }
    }

    @Test func aMissingPackIsCode22() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let pack = try #require(try site.stored("packs").first)
        try FileManager.default.removeItem(atPath: pack)
        for level in ["--quick", "--full"] {
            let errors = try site.expect(22, "verify", Site.job, level)
            #expect(errors.contains("needed by point 1"))
        }
        try site.expect(22, "restore", Site.job, "--to", site.path("out"))
    }
}
