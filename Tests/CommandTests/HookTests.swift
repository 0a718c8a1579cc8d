import Foundation
import Platform
import TestSupport
import Testing

/// Programs around a run, and the monitor that is told of it.
@Suite struct HookTests {
    /// A program that writes what it is told into `hooks.log`.
    private func noting(_ site: Site) throws -> String {
        try site.scratch.write(
            """
            #!/bin/sh
            echo "$1 job=$HYBRIDREP_JOB point=$HYBRIDREP_POINT_ID status=$HYBRIDREP_STATUS code=$HYBRIDREP_EXIT_CODE \
            sent=$HYBRIDREP_BYTES_SENT run=$HYBRIDREP_RUN_ID" >> \(site.path("hooks.log"))
            echo "noise on standard output"
            """, to: "note", mode: 0o755)
    }

    private func log(_ site: Site) throws -> [String] {
        guard let bytes = FileManager.default.contents(atPath: site.path("hooks.log")) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// A site with that program at some moments, and with others.
    private func noted(_ moments: [String], more: KeyValuePairs<String, String> = [:]) throws -> Site {
        let site = try Site()
        let program = try noting(site)
        var lines = moments.map { "\($0): [\(program), \($0)]" }
        lines += more.map { "\($0.key): \($0.value)" }
        try site.configure(
            source: "command: echo something", targets: ["vault": "directory: \(site.store)"],
            more: "hooks: {\(lines.joined(separator: ", "))}")
        try site.expectGood("init", "vault")
        return site
    }

    // Goal of this test: each hook is called at its moment, knows what happened, and a good run stays silent.
    @Test func hooksAreCalledInOrderAndToldOfTheRun() throws {
        let site = try noted(["pre-push", "post-push", "on-failure", "post-verify"])
        let lines = try site.json("run", Site.job)
        let point = try #require(lines.last?.text("point_id"))
        let run = try #require(lines.last?.text("run_id"))
        #expect(
            try log(site) == [
                "pre-push job=mdb01 point= status=started code= sent=0 run=\(run)",
                "post-push job=mdb01 point=\(point) status=good code=0 sent=0 run=\(run)",
            ])
        let second = try site.run("run", Site.job)
        #expect(second.status == 0 && second.output.isEmpty && second.errors.isEmpty)
        let verify = try #require(try site.json("verify", Site.job).last?.text("run_id"))
        #expect(try log(site).last == "post-verify job=mdb01 point= status=good code=0 sent=0 run=\(verify)")
    }

    @Test func aFailingPreHookStopsTheRunBeforeAnythingIsRead() throws {
        let site = try noted(["on-failure"], more: ["pre-push": "echo no snapshot >&2; exit 4"])
        let said = try site.expect(20, "run", Site.job)
        #expect(
            said.hasPrefix(
                "hybridrep run mdb01: FAILED (20) pre-push hook: status 4: no snapshot; nothing was read or shipped\nhint: "
            ), "\(said)")
        #expect(try site.points().isEmpty)
        #expect(try site.stored("packs").isEmpty)
        let noted = try log(site)
        #expect(noted.count == 1)
        #expect(noted[0].hasPrefix("on-failure job=mdb01 point= status=failed code=20 sent=0 run="))
    }

    @Test func aFailingPostHookMakesAGoodRunDegraded() throws {
        let site = try noted(["on-failure"], more: ["post-push": "exit 9"])
        let said = try site.expect(3, "run", Site.job)
        #expect(said == "warning: post-push hook: status 9\n")
        #expect(try site.points().count == 1)
        #expect(try log(site).count == 1)
    }

    @Test func aFailingPostVerifyHookMakesAGoodProofDegraded() throws {
        let site = try noted([], more: ["post-verify": "exit 9"])
        try site.expectGood("run", Site.job)
        #expect(try site.expect(3, "verify", Site.job) == "warning: post-verify hook: status 9\n")
    }

    // Goal of this test: logs are not truncated on the strength of a push that did not commit.
    @Test func postPushIsNotCalledWithoutACommit() throws {
        let site = try noted(["post-push", "on-failure"])
        try FileManager.default.removeItem(atPath: site.store)
        try site.expect(10, "run", Site.job)
        #expect(try log(site).map { $0.prefix(20) } == ["on-failure job=mdb01"])
    }

    @Test func aHookHasADeadline() throws {
        let site = try noted([], more: ["pre-push": "sleep 60", "deadline": "1s"])
        #expect(try site.expect(20, "run", Site.job).contains("pre-push hook: ended at its deadline"))
    }

    @Test func aRunThatFindsTheLockTakenCallsNoHook() throws {
        let site = try noted(["pre-push", "on-failure"])
        try site.expectGood("run", Site.job)
        let lock = try #require(try HostFileSystem().lock(site.spool + "/lock", .exclusive))
        try site.expect(11, "run", Site.job)
        withExtendedLifetime(lock) {}
        #expect(try log(site).count == 1)
    }

    // Goal of this test: the monitor is told in its own words, and its address is in no list of processes and no message.
    @Test func theMonitorIsToldAndItsAddressKept() throws {
        let site = try Site()
        try site.scratch.write(
            """
            #!/bin/sh
            echo "$*" >> \(site.path("arguments"))
            grep ^url >> \(site.path("urls"))
            exit $(cat \(site.path("status")))
            """, to: "bin/curl", mode: 0o755)
        try site.scratch.write("0", to: "status")
        try site.configure(
            source: "command: cat \(site.path("input"))", targets: ["vault": "directory: \(site.store)"],
            more: "ping-url: https://ping.example.net/s3cret?create=1")
        try site.expectGood("init", "vault")
        let path = ["PATH": "\(site.path("bin")):/usr/bin:/bin"]
        func run() throws -> Command.Result {
            try site.scratch.hybridrep(
                ["run", Site.job, "--config", site.configuration], environment: path)
        }
        #expect(try run().status == 20)
        try site.scratch.write("something", to: "input")
        let good = try run()
        #expect(good.status == 0 && good.errors.isEmpty)
        try site.scratch.write("7", to: "status")
        let down = try run()
        #expect(down.status == 0)
        let warning = "warning: ping-url https://ping.example.net/…: curl failed, no connection (7)\n"
        #expect(down.errorText == warning + warning)
        let told = String(
            decoding: FileManager.default.contents(atPath: site.path("urls")) ?? Data(), as: UTF8.self)
        let ping = "url = \"https://ping.example.net/s3cret"
        #expect(
            told.split(separator: "\n").map(String.init)
                == ["/start", "/fail", "/start", "", "/start", ""].map { "\(ping)\($0)?create=1\"" })
        let arguments = String(
            decoding: FileManager.default.contents(atPath: site.path("arguments")) ?? Data(), as: UTF8.self)
        #expect(Set(arguments.split(separator: "\n")) == ["--disable --config -"])
        for command in [["config", "show"], ["config", "show", "--json"], ["list", Site.job, "-v"]] {
            let said = try site.run(command)
            #expect(!(said.outputText + said.errorText).contains("s3cret"))
        }
        #expect(try site.expectGood("config", "show").contains("https://ping.example.net/…"))
    }

    @Test(arguments: ["ftp://example.net/s3cret", "https://", "https://a b/s3cret", "https://a/\\\"s3cret"])
    func anAddressThatIsNoneIsRefusedAndNotRepeated(url: String) throws {
        let (status, errors) = try Scratch().check(
            """
            jobs: {a: {source: {stdin: true}, targets: [b], ping-url: "\(url)"}}
            targets: {b: {directory: /b}}
            """)
        #expect(status == 2)
        #expect(errors.contains("jobs.a.ping-url: "))
        #expect(!errors.contains("s3cret"))
    }
}
