import Foundation
import Platform
import TestSupport
import Testing

/// Hosts that use one job name in one store.
@Suite(.enabled(if: HostNames.canBeSet, "host names are set by unshare, as root")) struct TwoHostsTests {
    /// One store and two hosts, each with a state and a database of its own.
    private final class Hosts {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
            for host in ["alpha", "beta"] {
                try configure(host)
                try write(host, UInt64(host.count))
            }
        }

        func path(_ name: String) -> String { scratch.folder + "/" + name }

        func configure(_ host: String, source: String = "a.bak", more: String = "") throws {
            try scratch.write(
                """
                state: \(path(host))/state
                jobs:
                  mdb01:
                    source: {file: \(path(host))/\(source)}
                    targets: [t]
                    keep: {last: 2}
                targets:
                  t: {directory: \(path("store"))}

                """, to: host + "/c.yaml")
        }

        func write(_ host: String, _ seed: UInt64, name: String = "a.bak") throws {
            var random = SeededGenerator(seed: seed)
            try Data(random.bytes(200_000)).write(to: URL(fileURLWithPath: path(host + "/" + name)))
        }

        @discardableResult func expect(
            _ status: Int32, on host: String, as name: String? = nil, _ arguments: String...,
            at location: SourceLocation = #_sourceLocation
        ) throws -> String {
            let result = try Command.run(
                [
                    "unshare", "-u", "sh", "-c", "hostname \"$0\" && exec \"$@\"", name ?? host,
                    try Command.built("hybridrep"),
                ] + arguments + ["--config", path(host + "/c.yaml")], environment: scratch.environment)
            #expect(
                result.status == status, "\(host) \(arguments): \(result.errorText)", sourceLocation: location
            )
            return status == 0 ? result.outputText : result.errorText
        }

        func expectRestores(
            _ host: String, _ point: String, _ name: String = "a.bak", status: Int32 = 0
        ) throws {
            let out = path("out-\(UUID().uuidString)")
            try expect(status, on: host, "restore", "mdb01", point, "--to", out)
            #expect(FileManager.default.contentsEqual(atPath: out, andPath: path(host + "/" + name)))
        }
    }

    @Test func theSecondHostIsTold() throws {
        let hosts = try Hosts()
        try hosts.expect(0, on: "alpha", "init", "t")
        // A job without points, too: its secret may be known to whoever made it.
        let early = try hosts.expect(10, on: "beta", "init", "t")
        #expect(
            early.contains(
                "target t has a job mdb01 that this host does not know: it has no point of this host"))
        #expect(
            early.contains(
                "hint: use another job name here; if it is this host's: hybridrep init t --job mdb01 --adopt")
        )
        try hosts.expect(10, on: "beta", "run", "mdb01")
        try hosts.expect(0, on: "alpha", "run", "mdb01")
        let late = try hosts.expect(10, on: "beta", "init", "t")
        #expect(late.contains("is of file \(hosts.path("alpha"))/a.bak on alpha"))
        #expect(try hosts.expect(10, on: "beta", "run", "mdb01").contains("on alpha"))
        for _ in 0..<3 { try hosts.expect(0, on: "alpha", "run", "mdb01") }
        try hosts.expectRestores("alpha", "latest")
    }

    @Test func whoAdoptsTakesNothingAway() throws {
        let hosts = try Hosts()
        try hosts.expect(0, on: "alpha", "init", "t")
        for _ in 0..<2 { try hosts.expect(0, on: "alpha", "run", "mdb01") }
        try hosts.expect(0, on: "beta", "init", "t", "--adopt")
        for _ in 0..<4 { try hosts.expect(0, on: "beta", "run", "mdb01") }
        let listed = try hosts.expect(0, on: "beta", "forget", "mdb01", "--dry-run")
        #expect(listed.contains("another source: file \(hosts.path("alpha"))/a.bak on alpha"))
        try hosts.expectRestores("alpha", "2")
        try hosts.expectRestores("beta", "latest")
        // And the first is told who has it now.
        #expect(
            try hosts.expect(10, on: "alpha", "run", "mdb01").contains("a.bak on beta: nothing is shipped"))
        // Another database again: the gate holds it, until somebody has looked.
        #expect(
            try hosts.expect(27, on: "alpha", "run", "mdb01", "--adopt").contains("100 % of it has changed"))
        try hosts.expectRestores("alpha", "7", status: 3)
        #expect(
            try hosts.expect(10, on: "beta", "run", "mdb01").contains("a.bak on alpha: nothing is shipped"))
    }

    @Test(arguments: ["run", "init"]) func aHostThatIsRenamedSaysSoOnce(verb: String) throws {
        let hosts = try Hosts()
        try hosts.expect(0, on: "alpha", "init", "t")
        try hosts.expect(0, on: "alpha", "run", "mdb01")
        try hosts.write("alpha", 9)
        #expect(try hosts.expect(10, on: "alpha", as: "gamma", "run", "mdb01").contains("a.bak on alpha"))
        if verb == "init" {
            try hosts.expect(0, on: "alpha", as: "gamma", "init", "t", "--adopt")
            try hosts.expect(0, on: "alpha", as: "gamma", "run", "mdb01")
        } else {
            try hosts.expect(0, on: "alpha", as: "gamma", "run", "mdb01", "--adopt")
        }
        try hosts.expect(0, on: "alpha", as: "gamma", "run", "mdb01")
        try hosts.expectRestores("alpha", "latest")
    }

    @Test func aSourceThatHasMovedSaysSoOnce() throws {
        let hosts = try Hosts()
        try hosts.expect(0, on: "alpha", "init", "t")
        try hosts.expect(0, on: "alpha", "run", "mdb01")
        try hosts.configure("alpha", source: "moved.bak")
        try hosts.write("alpha", 5, name: "moved.bak")
        let told = try hosts.expect(10, on: "alpha", "run", "mdb01")
        #expect(told.contains("is of another source, file \(hosts.path("alpha"))/a.bak on alpha"))
        try hosts.expect(0, on: "alpha", "run", "mdb01", "--adopt")
        try hosts.expect(0, on: "alpha", "run", "mdb01")
        try hosts.expectRestores("alpha", "latest", "moved.bak")
    }

    @Test func aCloneUnderAnotherNameIsTold() throws {
        let hosts = try Hosts()
        try hosts.expect(0, on: "alpha", "init", "t")
        try hosts.expect(0, on: "alpha", "run", "mdb01")
        #expect(
            try hosts.expect(10, on: "alpha", as: "clone", "run", "mdb01").contains(
                "on alpha: nothing is shipped"))
        try hosts.expect(0, on: "alpha", "run", "mdb01")
    }

    @Test func aHostThatLostItsStateGoesOn() throws {
        let hosts = try Hosts()
        try hosts.expect(0, on: "alpha", "init", "t")
        try hosts.expect(0, on: "alpha", "run", "mdb01")
        try FileManager.default.removeItem(atPath: hosts.path("alpha/state"))
        #expect(try hosts.expect(10, on: "alpha", "init", "t").contains("as are this host's"))
        try hosts.expect(0, on: "alpha", "init", "t", "--adopt")
        try hosts.expect(0, on: "alpha", "run", "mdb01")
        try hosts.expectRestores("alpha", "latest")
    }
}

private enum HostNames {
    static let canBeSet = (try? Command.run(["unshare", "-u", "true"]))?.status == 0
}
