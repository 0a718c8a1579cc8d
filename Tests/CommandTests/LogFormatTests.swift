import Foundation
import Platform
import TestSupport
import Testing

/// What standard error looks like for those who read it, and the run's id at both ends.
@Suite struct LogFormatTests {
    private static let call = ["config", "check", "--config", "/nonexistent"]

    @Test func theJournalGetsPriorities() throws {
        let result = try Scratch().hybridrep(Self.call + ["--log-format", "journal"])
        #expect(result.status == 2)
        let lines = result.errorText.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.hasPrefix("<3>") })
        let scratch = try Scratch()
        let path = try scratch.write("targets: {a: {directory: /a}}")
        let verbose = try scratch.hybridrep([
            "config", "check", "-v", "--log-format", "journal", "--config", path,
        ])
        #expect(verbose.errorText.hasPrefix("<7>"))
    }

    // Goal of this test: a unit of systemd needs no option.
    @Test func theJournalIsKnownByItsStream() throws {
        let program = try Command.built("hybridrep")
        let call = ([program] + Self.call).joined(separator: " ")
        let inJournal = try Command.run(
            ["sh", "-c", "JOURNAL_STREAM=$(stat -L -c %d:%i /dev/stderr) exec \(call)"])
        #expect(
            inJournal.errorText.hasPrefix("<3>hybridrep config check: FAILED (2) "), "\(inJournal.errorText)")
        let elsewhere = try Command.run(["sh", "-c", "JOURNAL_STREAM=1:2 exec \(call)"])
        #expect(elsewhere.errorText.hasPrefix("hybridrep config check: FAILED (2) "))
    }

    @Test func jsonIsOneObjectAnEvent() throws {
        let result = try Scratch().hybridrep(Self.call + ["--log-format", "json"])
        let lines = try Line.parse(result.errors)
        #expect(lines.count == 1)
        #expect(lines.first?.text("level") == "error")
        #expect(lines.first?.text("run_id")?.count == 32)
        #expect(lines.first?.text("message")?.contains("FAILED (2)") == true)
        #expect(Timestamp(rfc3339: lines.first?.text("time") ?? "") != nil)
    }

    // Goal of this test: who looks into the far end's log finds the run that the near end's lines name.
    @Test("the agent's log names the run", .enabled(if: LoopbackSSHServer.isAvailable)) func bothEnds() throws
    {
        let link = try Link(.library)
        let site = try Site(link)
        let log = site.path("agent.log")
        let target = try link.target(store: site.store)
        let agent = try Command.built("hybridrep")
        let wrapper = try site.scratch.write(
            "#!/bin/sh\nexec \(agent) \"$@\" --log \(log)\n", to: "agent", mode: 0o755)
        try site.configure(
            source: "command: echo something",
            targets: [
                "vault": target.replacingOccurrences(
                    of: "remote-command: \(agent)", with: "remote-command: \(wrapper)")
            ])
        let run = try #require(try site.json("run", Site.job).last?.text("run_id"))
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(lines.contains { $0.contains("run \(run): began, hybridrep \(ToolVersion.current)") })
        #expect(lines.contains { $0.hasSuffix("run \(run): ended") })
    }
}
