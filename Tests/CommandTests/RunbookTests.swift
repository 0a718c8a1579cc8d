import ESE
import Foundation
import Platform
import TestSupport
import Testing

/// What `runbook` prints can be typed.
@Suite struct RunbookTests {
    /// The blocks that a shell is given, without those of programs that are not here.
    private func commands(_ markdown: String) -> String {
        let hasReader = (try? Command.run(["sh", "-c", "command -v esedbinfo"]))?.status == 0
        var blocks: [String] = []
        var isOpen = false
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "```sh" {
                isOpen = true
            } else if line == "```" {
                isOpen = false
            } else if isOpen {
                if hasReader || !line.contains("esedbinfo") { blocks.append(String(line)) }
            }
        }
        #expect(!isOpen)
        return "set -eu\n" + blocks.joined(separator: "\n")
    }

    // Goal of this test: the page that is printed today restores the database on the day the host is gone.
    @Test("every printed command works on a real store", arguments: Link.Kind.available)
    func everyCommandWorks(kind: Link.Kind) throws {
        let site = try Site(Link(kind))
        try site.expectGood("run", Site.job)
        try site.mutate(2)
        try site.expectGood("run", Site.job)
        let page = try site.expectGood(
            "runbook", Site.job, "--to", site.path("back"), "--reader",
            PackageRoot.path + "/Tests/reader/hybridrep_reader.py")
        #expect(page.hasPrefix("# Restoring mdb01\n\n"))
        if kind == .library { #expect(page.contains("- `ED25519 SHA256:")) }
        let built = URL(fileURLWithPath: try Command.built("hybridrep")).deletingLastPathComponent().path
        let outer = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let result = try Command.run(
            ["sh", "-c", commands(page)],
            environment: site.scratch.environment.merging(["PATH": "\(built):\(outer)"]) { _, new in new })
        #expect(result.status == 0, "\(result.errorText)\n\(page)")
        #expect(result.outputText.contains(": OK\n"))
        for name in ["vault-configured", "vault-bare", "vault-by-hand"] {
            #expect(try site.restored("back/" + name) == site.source(), "\(name)")
        }
    }

    // Goal of this test: where the newest point has logs alone, each way brings databases and logs.
    @Test func everyCommandWorksWhereTheNewestPointIsOneOfLogs() throws {
        let set = ESESet(pages: 200, isDirty: true)
        let site = try Site(withLogsOf: set)
        try site.expectGood("run", Site.job)
        for name in try site.source().keys where name.hasSuffix(".log") {
            try FileManager.default.removeItem(atPath: site.path("source/" + name))
        }
        for (name, bytes) in zip(ESELog.names(1...6), ESELog.chain(1...6, seed: set.database.seed)) {
            try Data(bytes).write(to: URL(fileURLWithPath: site.path("source/" + name)))
        }
        try site.expectGood("run", Site.job)
        #expect(try site.points().map { $0.text("kind") } == ["full", "logs"])
        let page = try site.expectGood(
            "runbook", Site.job, "--to", site.path("back"), "--reader",
            PackageRoot.path + "/Tests/reader/hybridrep_reader.py")
        let built = URL(fileURLWithPath: try Command.built("hybridrep")).deletingLastPathComponent().path
        let outer = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let result = try Command.run(
            ["sh", "-c", commands(page)],
            environment: site.scratch.environment.merging(["PATH": "\(built):\(outer)"]) { _, new in new })
        #expect(result.status == 0, "\(result.errorText)\n\(page)")
        let wanted = try site.source().filter { $0.key != "E00.chk" }
        for name in ["vault-configured", "vault-bare", "vault-by-hand"] {
            #expect(try site.restored("back/" + name) == wanted, "\(name)")
        }
    }

    @Test func aStreamComesBackAsAFile() throws {
        let site = try Site(source: "command: echo something")
        try site.expectGood("run", Site.job)
        let page = try site.expectGood("runbook", Site.job, "--to", site.path("my back"))
        #expect(page.contains("--to '\(site.path("my back"))/vault-bare.img'\n"))
        #expect(!page.contains("ese set"))
    }
}
