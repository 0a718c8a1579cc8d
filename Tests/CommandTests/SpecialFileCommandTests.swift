import Foundation
import TestSupport
import Testing

/// What a user names, or finds in a folder, may be a FIFO: every command ends at once.
@Suite(.timeLimit(.minutes(3))) struct SpecialFileCommandTests {
    private func makeFIFO(_ path: String) throws {
        #expect(try Command.run(["mkfifo", path]).status == 0)
    }

    @Test func aFIFOAsSourceIsRefused() throws {
        let site = try Site()
        let path = site.path("pipe")
        try makeFIFO(path)
        try site.configure(source: "file: \(path)", targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        let said = try site.expect(20, "run", Site.job)
        #expect(said.contains("open \(path): not a regular file"))
        #expect(said.contains("stdin: true"))
        try site.expect(20, "push", Site.job, path)
        #expect(try site.points().isEmpty)
    }

    @Test("a FIFO where a set, its logs or a database should be is refused", arguments: ["ese", "logs"])
    func set(_ key: String) throws {
        let site = try Site(Link(.directory))
        let path = site.path("pipe")
        try makeFIFO(path)
        let source = key == "ese" ? "ese: \(path)" : "ese: \(site.path("source")), logs: \(path)"
        try site.configure(source: source, targets: ["vault": "directory: \(site.store)"])
        try site.expect(20, "run", Site.job)
    }

    @Test("looking into a FIFO ends with 20", arguments: ["header", "pages", "logs", "set"])
    func inspection(_ verb: String) throws {
        let site = try Site()
        let path = site.path("pipe")
        try makeFIFO(path)
        #expect(try site.scratch.hybridrep(["ese", verb, path]).status == 20)
    }

    @Test func aFIFOAsConfigurationIsRefused() throws {
        let site = try Site()
        let path = site.path("pipe")
        try makeFIFO(path)
        let result = try site.scratch.hybridrep(["config", "check", "--config", path])
        #expect(result.status == 2)
        #expect(result.errorText.contains("not a regular file"))
    }

    @Test(
        "a FIFO that somebody put in a store keeps no command waiting", arguments: ["points", "index", "job"])
    func store(_ place: String) throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        let path =
            place == "job" ? site.store + "/jobs/\(Site.job)/job" : try #require(site.stored(place).first)
        try FileManager.default.removeItem(atPath: path)
        try makeFIFO(path)
        for command in [["list"], ["verify"], ["verify", "--full"], ["run"], ["status"]] {
            let result = try site.run([command[0], Site.job] + command.dropFirst())
            #expect(result.status != 124 && result.status < 128, "\(command): \(result.errorText)")
        }
        #expect(try site.run("verify", Site.job, "--full").status != 0)
    }

    @Test("a FIFO in the spool or the state keeps no command waiting")
    func here() throws {
        let site = try Site(Link(.directory))
        try site.expectGood("run", Site.job)
        for folder in [
            site.spool, site.state + "/" + Site.job, site.state + "/\(Site.job)/targets", site.state,
        ] {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                let path = folder + "/" + name
                let type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
                guard type == .typeRegular else { continue }
                try FileManager.default.removeItem(atPath: path)
                try makeFIFO(path)
            }
        }
        for command in [
            ["run", Site.job], ["list", Site.job], ["status"], ["history"], ["doctor", Site.job],
        ] {
            let result = try site.run(command)
            #expect(result.status < 124, "\(command): \(result.errorText)")
        }
    }

    // Goal of this test: what a program said although it ended with 0 is not lost.
    @Test func whatACommandSaysWhileItEndsWellIsAWarning() throws {
        let site = try Site(
            source: #"command: "(echo data; echo server closed the connection >&2; exit 1) | cat""#)
        let result = try site.run("run", Site.job)
        #expect(result.status == 0)
        let text = "the command wrote to standard error: server closed the connection"
        #expect(result.errorText == "warning: \(text)\n")
        #expect(try site.expectGood("show", Site.job).contains(text))
        let shown = try #require(try site.json("show", Site.job).last)
        let source = try #require(shown.fields["source"] as? [String: Any])
        #expect(source["warnings"] as? [String] == [text])
    }

    @Test func aPipefailCommandFailsWithItsFirstProgram() throws {
        let site = try Site(
            source: #"command: [bash, -o, pipefail, -c, "(echo data; echo gone >&2; exit 1) | gzip"]"#)
        let said = try site.expect(20, "run", Site.job)
        #expect(said.contains("it exited with status 1: gone"))
    }
}
