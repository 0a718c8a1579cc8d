import Foundation
import Platform
import TestSupport
import Testing

@testable import hybridrep

/// Each exit code of the table, by a command that ends with it: what scripts and monitoring see.
@Suite struct EveryExitStatusTests {
    /// A host with one point of a dump in `vault`.
    private static func site(quota: String? = nil) throws -> Site {
        let site = try Site()
        try write(300_000, site)
        try site.configure(
            source: "file: \(site.path("dump"))",
            targets: ["vault": "directory: \(site.store)" + (quota.map { ", quota: \($0)" } ?? "")],
            more: "rpo: 1d")
        try site.expectGood("init", "vault")
        try site.expectGood("run", Site.job)
        return site
    }

    private static func write(_ count: Int, _ site: Site) throws {
        var random = SeededGenerator(seed: UInt64(count))
        try Data(random.bytes(count)).write(to: URL(fileURLWithPath: site.path("dump")))
    }

    /// The end of a run to other targets than the one that has a point.
    private static func run(_ site: Site, to targets: KeyValuePairs<String, String>) throws -> Command.Result
    {
        try site.configure(source: "file: \(site.path("dump"))", targets: targets)
        return try site.run("run", Site.job)
    }

    /// The end of a run whose source tells the program to end, and would go on for long.
    private static func run(endedBy signal: String) throws -> Command.Result {
        try Site(source: "command: kill -\(signal) $PPID && sleep 600").run("run", Site.job)
    }

    /// The end of a command that has this one.
    ///
    /// Without one for every case this does not compile.
    static func end(_ verdict: hybridrep.ExitStatus) throws -> Command.Result {
        let site = try site(quota: verdict == .refused ? "400K" : nil)
        switch verdict {
        case .good: return try site.run("verify", Site.job, "--full")
        case .failure: return try site.run("run", Site.job, "--state", site.path("dump/state"))
        case .usage: return try site.run("run", "mdb02")
        case .degraded:
            return try run(
                site, to: ["vault": "directory: \(site.store)", "usb": "directory: \(site.path("away"))"])
        case .notFound: return try run(site, to: ["usb": "directory: \(site.path("away"))"])
        case .locked:
            let lock = try #require(try HostFileSystem().lock(site.spool + "/lock", .exclusive))
            defer { withExtendedLifetime(lock) {} }
            return try site.run("run", Site.job)
        case .authentication:
            let words = "echo 'u@far: Permission denied (publickey).' >&2; exit 255"
            let ssh = try site.scratch.write("#!/bin/sh\n\(words)\n", to: "ssh", mode: 0o755)
            return try run(site, to: ["far": "ssh: u@far, store: /srv/store, ssh-command: \(ssh)"])
        case .source:
            try FileManager.default.removeItem(atPath: site.path("dump"))
            return try site.run("run", Site.job)
        case .badPages:
            let set = ESESet(pages: 8, isDirty: true, logs: 2)
            try site.makeSet(set)
            try FileManager.default.removeItem(atPath: site.path("source/\(set.logs()[0].name)"))
            try site.configure(
                source: "ese: \(site.path("source"))", targets: ["vault": "directory: \(site.store)"])
            return try site.run("run", Site.job)
        case .verification:
            try site.flip(try #require(try site.stored("packs").first), at: 1000)
            return try site.run("verify", Site.job, "--full")
        case .transport:
            return try run(site, to: ["far": "ssh: u@127.0.0.1, port: 1, store: /srv/store"])
        case .noSpace:
            let program = try Command.built("hybridrep")
            return try Command.run(
                ["sh", "-c", "'\(program)' list mdb01 --config '\(site.configuration)' > /dev/full"])
        case .stale: return try site.run(later: "+2d", "status", Site.job)
        case .refused:
            try write(300_001, site)
            return try site.run("run", Site.job)
        case .held:
            try write(100_000, site)
            return try site.run("run", Site.job)
        case .interrupted: return try run(endedBy: "INT")
        case .terminated: return try run(endedBy: "TERM")
        }
    }

    // Goal of this test: no code stands in the table that nothing ends with.
    @Test(arguments: hybridrep.ExitStatus.allCases) func isProducedByTheProgram(verdict: hybridrep.ExitStatus)
        throws
    {
        let result = try Self.end(verdict)
        #expect(result.status == verdict.rawValue, "\(result.outputText)\(result.errorText)")
        // A status has its verdict in its table; all else says why on standard error, and names the code.
        if verdict == .good {
            #expect(result.errors.isEmpty)
        } else if verdict == .degraded {
            #expect(result.errorText.contains(" to usb: FAILED (10) "))
        } else if verdict != .stale {
            #expect(result.errorText.contains("FAILED (\(verdict.rawValue)) "), "\(result.errorText)")
        }
    }
}
