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
        #expect(try site.expectGood("show", Site.job).contains("the store has not recorded it"))
    }

    // Goal of this test: a key that may only add has no say in what is restored, kept or built upon.
    @Test func pointsOfAnotherKeyDoNotCountUntilTheyAreAdopted() throws {
        let (site, server) = try site(" --as db01")
        defer { server.stop() }
        let agent = try Command.built("hybridrep")
        let other = try LoopbackSSHServer(forcedCommand: "\(agent) serve --store \(site.store) --as evil")
        defer { other.stop() }
        let target = { (server: LoopbackSSHServer) in
            [
                "ssh: \(server.user)@\(server.host)", "port: \(server.port)",
                "identity: \(server.identityPath)", "known-hosts: \(server.knownHostsPath)",
                "store: \(site.store)",
            ].joined(separator: ", ")
        }
        let source = "file: \(site.path("db.img"))"
        try site.configure(source: source, targets: ["vault": target(other)])
        let held = try site.expect(27, "run", Site.job)
        #expect(held.contains("does not count: the store knows this key as evil, who is not the job's owner"))
        #expect(held.contains("hybridrep adopt mdb01 evil --store FOLDER"))
        #expect(try site.json("show", Site.job, "latest").last?.number("generation") == 1)
        try expectNamed(
            site, "point 2 counts for nobody: made by evil, who is no owner of this job",
            "make a good one with: hybridrep run mdb01; then remove it with: hybridrep forget mdb01 2 --target vault"
        )

        // The owner, who has never seen that point, does not build upon it.
        try FileManager.default.removeItem(atPath: site.state + "/mdb01/targets/vault")
        try site.configure(source: source, targets: ["vault": target(server)])
        let told = try site.expect(22, "run", Site.job)
        #expect(told.contains("evil, who is not the job's owner, has committed it"))
        #expect(try site.json("show", Site.job, "latest").last?.number("generation") == 3)
        // Each night and each status says so again, until somebody has dealt with it.
        for _ in 0..<2 {
            let night = try site.run("run", Site.job)
            #expect(night.status == 0)
            #expect(
                night.errorText.contains(
                    "warning: target vault still has 1 point (2) that this host did not make: evil, who is not the job's owner"
                ))
            #expect(night.errorText.contains("remove them with: hybridrep forget mdb01 2\n"))
        }
        try expectNamed(
            site, "point 2 counts for nobody: made by evil, who is no owner of this job",
            "then remove it with: hybridrep forget mdb01 2 --target vault")
        let fates = try site.expectGood(
            "forget", Site.job, "--dry-run", "--store", site.store, "--keep-last", "2", "--more-than-half")
        #expect(fates.contains("not good, and a good one is newer"))

        // An append-only key cannot adopt itself; the folder's owner can.
        try site.configure(source: source, targets: ["vault": target(other)])
        #expect(try site.expect(26, "adopt", Site.job, "evil").contains("adopt"))
        try site.expectGood("adopt", Site.job, "evil", "--store", site.store)
        try site.expectGood("run", Site.job)
        #expect(try site.json("show", Site.job, "latest").last?.number("generation") == 6)
        try site.configure(source: source, targets: ["vault": target(server)])
        let night = try site.run("run", Site.job)
        #expect(night.status == 0)
        #expect(!night.errorText.contains("did not make"))
        try site.expectGood("status", Site.job)
    }

    private func expectNamed(
        _ site: Site, _ text: String, _ hint: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        let line = try #require(try site.json("status", Site.job, status: 27).last, sourceLocation: location)
        #expect(line.text("state") == "warning", sourceLocation: location)
        let findings = (line.fields["findings"] as? [String] ?? []).joined(separator: "\n")
        #expect(findings.contains(text), sourceLocation: location)
        #expect(findings.contains(hint), "\(findings)", sourceLocation: location)
    }
}
