import Foundation
import TestSupport
import Testing

/// Who made a point, as the store's side knows it.
@Suite(.enabled(if: LoopbackSSHServer.isAvailable)) struct MakerTests {
    /// A site that ships to `store` through an agent that its key starts with these options.
    private func site(_ options: String, _ configuration: [String] = []) throws -> (Site, LoopbackSSHServer) {
        let site = try Site()
        let agent = try Command.built("hybridrep")
        let server = try LoopbackSSHServer(
            forcedCommand: "\(agent) serve --store \(site.store)\(options)", configuration: configuration)
        let target = [
            "ssh: \(server.user)@\(server.host)", "port: \(server.port)", "identity: \(server.identityPath)",
            "known-hosts: \(server.knownHostsPath)", "store: \(site.store)",
        ]
        try site.configure(
            source: try site.makeRawFile(), targets: ["vault": target.joined(separator: ", ")])
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        return (site, server)
    }

    private func expect(_ maker: String, _ site: Site) throws {
        #expect(try site.points().map { $0.text("maker") } == [maker])
        let shown = try site.expectGood("show", Site.job)
        #expect(
            shown.contains(try Regex("\nCommitted by +\(NSRegularExpression.escapedPattern(for: maker))\n")))
        let listed = try site.expectGood("list", Site.job, "-v")
        #expect(listed.contains("  COMMITTED BY\n"))
        #expect(listed.contains("  \(maker)\n"))
        #expect(!(try site.expectGood("list", Site.job)).contains(maker))
        // A reader that knows the documents alone.
        let reader = PackageRoot.path + "/Tests/reader/hybridrep_reader.py"
        let read = try Command.run(["python3", "-B", reader, site.store, Site.job, "--list"])
        #expect(read.status == 0, "\(read.errorText)")
    }

    @Test func theNameOfAKey() throws {
        let (site, server) = try site(" --as db01.example.net")
        defer { server.stop() }
        try expect("db01.example.net", site)
        // A copy into a folder takes it along.
        let copy = site.path("copy")
        try site.expectGood("export-seed", Site.job, copy)
        let listed = try #require(
            try site.json("list", Site.job, "--store", copy).last?.fields["points"] as? [[String: Any]])
        #expect(listed.map { $0["maker"] as? String } == ["db01.example.net"])
    }

    @Test func theFingerprintOfAKeyThatHasNoName() throws {
        let (site, server) = try site("", ["ExposeAuthInfo yes"])
        defer { server.stop() }
        let printed = try Command.run(["ssh-keygen", "-lf", server.identityPath + ".pub"]).outputText
        try expect(String(printed.split(separator: " ")[1]), site)
    }

    @Test func nobodyWhereNobodyIsKnown() throws {
        let (site, server) = try site("")
        defer { server.stop() }
        #expect(try site.points().map { $0.fields["maker"] is NSNull } == [true])
        #expect(try site.expectGood("show", Site.job).contains("the store has recorded nobody"))
    }
}
