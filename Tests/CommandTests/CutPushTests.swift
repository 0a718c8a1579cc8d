import Foundation
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

/// What happens to a push over SSH while it is under way.
@Suite(.enabled(if: LoopbackSSHServer.isAvailable, "needs OpenSSH's server and client"), .tags(.slow))
struct CutPushTests {
    private let site: Site
    private let link: Link

    /// Twelve megabytes that cannot be compressed, over a link of three a second.
    init() throws {
        site = try Site()
        link = try Link(.library)
        var random = SeededGenerator(seed: 4)
        let file = try HostFileSystem().open(site.path("database"), .create)
        try file.write(random.bytes(12 << 20).span, at: 0)
        try site.configure(
            source: "file: \(site.path("database"))",
            targets: ["vault": link.target(store: site.store) + ", limit-rate: 3M"])
        try site.expectGood("init", "vault")
    }

    /// Runs the job, and `trouble` once the store has begun to receive a pack.
    private func run(_ trouble: () throws -> Void) throws -> Command.Result {
        try run(["run", Site.job, "--json"], whenGrowing: site.store + "/jobs/\(Site.job)/tmp", trouble)
    }

    /// Runs a command, and `trouble` once a file in `folder` has 256 KiB.
    private func run(
        _ words: [String], whenGrowing folder: String, _ trouble: () throws -> Void
    ) throws -> Command.Result {
        let outcome = Mutex<Result<Command.Result, any Error>?>(nil)
        let ended = DispatchSemaphore(value: 0)
        let (program, configuration) = (try Command.built("hybridrep"), site.configuration)
        let environment = site.scratch.environment
        Thread.detachNewThread {
            let result = Result {
                try Command.run(
                    [program] + words + ["--config", configuration], environment: environment)
            }
            outcome.withLock { $0 = result }
            ended.signal()
        }
        while outcome.withLock({ $0 == nil }) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let sizes = names.map { (try? HostFileSystem().status(folder + "/" + $0))?.length ?? 0 }
            if sizes.contains(where: { $0 > 1 << 18 }) { break }
            sched_yield()
        }
        try trouble()
        ended.wait()
        return try #require(outcome.withLock { $0 }).get()
    }

    private func restored() throws -> Bool {
        try site.expectGood("restore", Site.job, "--image", site.path("back"), "--limit-rate", "none")
        return try Data(contentsOf: URL(fileURLWithPath: site.path("back")))
            == Data(contentsOf: URL(fileURLWithPath: site.path("database")))
    }

    @Test("a connection that breaks is made again, and there is one point")
    func reconnects() throws {
        let server = try link.server
        let result = try run { server.killSessions() }
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.errorText.contains("; retrying in 1 s"))
        #expect(try site.points().count == 1)
        #expect(try restored())
    }

    @Test(
        "a push that is told to end keeps what it has shipped",
        arguments: [
            (SIGTERM, 143, "stopped before it was done"), (SIGINT, 130, "stopped before it was done"),
            // As the kernel sends it when `--deadline` has passed.
            (SIGALRM, 23, "stopped before it was done: its deadline has passed"),
        ] as [(Int32, Int32, String)])
    func endsInGoodOrder(signal: Int32, status: Int32, message: String) throws {
        let lock = site.spool + "/lock"
        let stopped = try run {
            let text = try String(contentsOfFile: lock, encoding: .utf8)
            let pid = try #require(text.firstMatch(of: /pid ([0-9]+)/)?.1)
            kill(try #require(Int32(pid)), signal)
        }
        #expect(stopped.status == status)
        #expect(stopped.errorText.contains("FAILED (\(status)) \(message)\n"))
        #expect(try site.points().isEmpty)
        let line = try #require(
            try site.json("run", Site.job, "--limit-rate", "none").last { $0.type == "summary" })
        #expect(try #require(line.number("bytes_resumed")) > 1 << 20)
        #expect(try #require(line.number("bytes_sent")) < 11 << 20)
        #expect(try restored())
    }

    @Test("a restore that is told to end leaves nothing of it")
    func endsARestore() throws {
        try site.expectGood("run", Site.job, "--limit-rate", "none")
        let folder = site.path("restored")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let stopped = try run(
            ["restore", Site.job, "--to", folder + "/database", "--deadline", "1h"], whenGrowing: folder
        ) {
            let own = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
            #expect(own.hasSuffix(".hybridrep-partial"))
            try Self.signal(SIGTERM, commandWith: folder)
        }
        #expect(stopped.status == 143)
        #expect(stopped.errorText.contains("FAILED (143) stopped before it was done\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }

    /// Sends a signal to the program whose command line has `text`.
    private static func signal(_ number: Int32, commandWith text: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let pid = Int32(name), pid != getpid(),
                let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline"),
                String(decoding: line, as: UTF8.self).contains(text)
            else { continue }
            kill(pid, number)
        }
    }
}
