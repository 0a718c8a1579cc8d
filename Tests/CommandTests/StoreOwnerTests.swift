import Foundation
import Platform
import TestSupport
import Testing

/// Root at the store's host, and a store that belongs to somebody else.
@Suite(
    .enabled(
        if: HostIdentity.isRoot && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"),
        "needs root and setpriv"))
struct StoreOwnerTests {
    /// Whom the store belongs to: `backup` of Debian, or nobody at all.
    private static let owner: UInt32 = 34

    /// A site whose store belongs to `owner`, with some points.
    private func site(points: Int) throws -> Site {
        let site = try Site()
        let source = try site.makeRawFile()
        try site.configure(source: source, targets: ["vault": "directory: \(site.store)"])
        try HostFileSystem().makeFolder(site.store)
        try HostFileSystem().give(site.store, to: FileOwner(user: Self.owner, group: Self.owner))
        try site.expectGood("init", "vault")
        for night in 0..<points {
            try site.flip(site.path("db.img"), at: night * 50_000)
            try site.expectGood("run", Site.job)
        }
        return site
    }

    /// What of the store belongs to somebody else.
    private func strangers(_ site: Site) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: site.store).filter {
            try HostFileSystem().status(site.store + "/" + $0)?.owner != Self.owner
        }
    }

    private func asOwner(_ site: Site, _ arguments: String...) throws -> Command.Result {
        try Command.run(
            [
                "setpriv", "--reuid=\(Self.owner)", "--regid=\(Self.owner)", "--clear-groups",
                try Command.built("hybridrep"),
            ] + arguments + ["--store", site.store], environment: ["PATH": "/usr/bin:/bin", "HOME": "/"])
    }

    @Test("what root makes in a store belongs to whom the store belongs")
    func everythingGetsTheOwner() throws {
        let site = try site(points: 5)
        #expect(try strangers(site) == [])
        try site.expectGood("forget", Site.job, "--store", site.store, "--keep-last", "1", "--more-than-half")
        #expect(try strangers(site) == [])
        try site.expectGood("gc", Site.job, "--store", site.store, "--grace", "0s", "--waste", "1")
        try site.expectGood("pin", Site.job, "5", "--comment", "kept")
        try site.expectGood("verify", Site.job, "--full")
        #expect(try strangers(site) == [])
        for verb in [["list"], ["verify"], ["show"]] {
            let result = try Command.run(
                [
                    "setpriv", "--reuid=\(Self.owner)", "--regid=\(Self.owner)", "--clear-groups",
                    try Command.built("hybridrep"),
                ] + verb + [Site.job, "--store", site.store],
                environment: ["PATH": "/usr/bin:/bin", "HOME": "/"])
            #expect(result.status == 0, "\(verb): \(result.errorText)")
        }
    }

    /// A tombstone, a note, a pack, an index, a map, a point that may not be read is no damage: it is not known what it says.
    @Test(arguments: ["tomb", "packs", "maps", "points"])
    func whatMayNotBeReadIsUnknownAndNotDamaged(kind: String) throws {
        let site = try site(points: 3)
        try site.expectGood("forget", Site.job, "2", "--store", site.store)
        for file in try site.stored(kind) {
            try HostFileSystem().open(file, .update).give(to: FileOwner(user: 0, group: 0))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        }
        let result = try asOwner(site, "verify", Site.job, "--full")
        #expect(result.status == 1)
        #expect(result.errorText.contains("Permission denied"))
        #expect(!result.errorText.contains("damaged"))
        #expect(!result.errorText.contains("missing"))
        #expect(result.errorText.contains("chown -R backup \(site.store)"))
    }

    @Test func whoIsNotTheOwnerIsToldWhoIs() throws {
        let site = try site(points: 1)
        for file in try site.stored("points") {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: site.store)
        for folder in ["jobs", "jobs/\(Site.job)", "jobs/\(Site.job)/points"] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: site.store + "/" + folder)
        }
        let program = try Command.built("hybridrep")
        let result = try Command.run(
            [
                "setpriv", "--reuid=33", "--regid=33", "--clear-groups", program, "list", Site.job, "--store",
                site.store,
            ], environment: ["PATH": "/usr/bin:/bin", "HOME": "/"])
        #expect(result.status == 1)
        #expect(
            result.errorText.contains(
                "hint: sudo -u backup \(program) list \(Site.job) --store \(site.store)"))
    }
}
