import Platform
import TestSupport
import Testing

/// The ways to reach a command, which must all behave alike.
enum Route: CaseIterable, CustomTestStringConvertible {
    case libssh
    case program
    case sshClient

    var testDescription: String {
        switch self {
        case .libssh: "libssh in process"
        case .program: "a program"
        case .sshClient: "the system's ssh"
        }
    }
}

/// A transport, and the server that must live as long.
struct Reached {
    let server: LoopbackSSHServer?
    let transport: any Transport

    /// Runs `command` in a shell by way of `route`.
    init(_ route: Route, _ command: String, progressSeconds: Int = 10) throws {
        switch route {
        case .libssh:
            let server = try LoopbackSSHServer()
            self.server = server
            transport = try server.connect(command) { $0.progressSeconds = progressSeconds }
        case .program:
            server = nil
            transport = try ProcessTransport(
                ["/bin/sh", "-c", command], peer: "here", progressSeconds: progressSeconds)
        case .sshClient:
            let server = try LoopbackSSHServer()
            self.server = server
            transport = try ProcessTransport(
                command: server.clientCommand, destination: server.destination(), remote: command,
                progressSeconds: progressSeconds)
        }
    }
}

extension LoopbackSSHServer {
    func destination() throws -> SSHDestination { try SSHDestination(user: user, host: host, port: port) }

    /// The `ssh-command` that knows this server and its key.
    var clientCommand: String {
        "ssh -F none -i '\(identityPath)' -oIdentitiesOnly=yes -oUserKnownHostsFile='\(knownHostsPath)' "
            + "-oGlobalKnownHostsFile=/dev/null -oLogLevel=ERROR"
    }

    var options: SSHOptions {
        var options = SSHOptions()
        options.identityFiles = [identityPath]
        options.knownHostsFile = knownHostsPath
        options.progressSeconds = 10
        // Longer than that: a missed wake-up must not be hidden by the next sign of life.
        options.keepAliveSeconds = 60
        return options
    }

    func connect(_ command: String, _ change: (inout SSHOptions) -> Void = { _ in }) throws -> SSHTransport {
        var options = options
        change(&options)
        return try SSHTransport(to: destination(), command: command, options: options)
    }
}

extension Transport {
    /// Everything until the end of the stream.
    func readAll(pieceBytes: Int = 64 << 10) throws -> [UInt8] {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        while true {
            var span = piece.mutableSpan
            let got = try read(into: &span)
            if got == 0 { return all }
            all.append(copying: piece.span.extracting(0..<got))
        }
    }

    /// Exactly `count` bytes.
    func read(exactly count: Int) throws -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            var piece = [UInt8](repeating: 0, count: count - all.count)
            var span = piece.mutableSpan
            let got = try read(into: &span)
            try #require(got > 0)
            all.append(copying: piece.span.extracting(0..<got))
        }
        return all
    }
}

@Suite(.enabled(if: LoopbackSSHServer.isAvailable, "needs sshd, ssh and ssh-keygen"))
struct TransportConformanceTests {
    @Test(arguments: Route.allCases) func fourMebibytesComeBackExactly(route: Route) throws {
        let reached = try Reached(route, "cat")
        var generator = SeededGenerator(seed: 1)
        let sent = generator.bytes(4 << 20)
        var received: [UInt8] = []
        for start in stride(from: 0, to: sent.count, by: 100_000) {
            let piece = start..<min(start + 100_000, sent.count)
            try reached.transport.writeAll(sent.span.extracting(piece))
            received += try reached.transport.read(exactly: piece.count)
        }
        try reached.transport.closeWrite()
        #expect(try reached.transport.readAll().isEmpty)
        #expect(received == sent)
        #expect(reached.transport.sentBytes == sent.count)
        #expect(reached.transport.receivedBytes == sent.count)
        #expect(reached.transport.finish() == TransportEnd(status: 0, stderr: ""))
    }

    @Test(arguments: Route.allCases) func statusAndStderrAreReported(route: Route) throws {
        let reached = try Reached(route, "echo out; echo oops >&2; exit 42")
        #expect(try reached.transport.readAll() == Array("out\n".utf8))
        #expect(reached.transport.finish() == TransportEnd(status: 42, stderr: "oops\n"))
    }

    @Test(arguments: Route.allCases) func finishingTwiceSaysTheSame(route: Route) throws {
        let reached = try Reached(route, "exit 7")
        #expect(reached.transport.finish() == reached.transport.finish())
    }

    @Test(arguments: Route.allCases) func anAnswerFollowsAHalfClose(route: Route) throws {
        let reached = try Reached(route, "wc -c")
        try reached.transport.writeAll([UInt8](repeating: 1, count: 300_000).span)
        try reached.transport.closeWrite()
        #expect(try reached.transport.readAll() == Array("300000\n".utf8))
        #expect(reached.transport.finish().status == 0)
    }

    @Test(arguments: Route.allCases) func muchOnStderrDoesNotHoldUpStdout(route: Route) throws {
        let reached = try Reached(route, "head -c 3000000 /dev/zero | tr '\\0' e >&2; echo done")
        #expect(try reached.transport.readAll() == Array("done\n".utf8))
        let end = reached.transport.finish()
        #expect(end.status == 0)
        #expect(end.stderr == String(repeating: "e", count: 64 << 10))
    }

    @Test(arguments: Route.allCases) func muchOnStderrDoesNotHoldUpWriting(route: Route) throws {
        let reached = try Reached(route, "head -c 3000000 /dev/zero | tr '\\0' e >&2; exec wc -c")
        try reached.transport.writeAll([UInt8](repeating: 1, count: 6_000_000).span)
        try reached.transport.closeWrite()
        #expect(try reached.transport.readAll() == Array("6000000\n".utf8))
        #expect(reached.transport.finish().status == 0)
    }

    @Test(arguments: Route.allCases) func aCommandThatIsNotThereIsNamed(route: Route) throws {
        let reached = try Reached(route, "hybridrep-is-not-installed serve")
        var buffer = [UInt8](repeating: 0, count: 16)
        let error = try #require(throws: TransportError.self) {
            var span = buffer.mutableSpan
            _ = try reached.transport.read(into: &span)
        }
        #expect(error.kind == .command)
        #expect(error.detail.contains("hybridrep-is-not-installed"))
        #expect(error.hint == "install hybridrep at the far end, or set remote-command to its full path")
        #expect(reached.transport.finish().status == 127)
    }

    @Test(arguments: Route.allCases) func aKilledCommandHasNoStatus(route: Route) throws {
        // The system's ssh makes 255 of it, which is what it says of its own failures.
        let reached = try Reached(route, "echo begun; kill -KILL $$")
        #expect(try reached.transport.readAll() == Array("begun\n".utf8))
        #expect(reached.transport.finish().status == (route == .sshClient ? 255 : nil))
    }

    @Test(arguments: Route.allCases) func writingToAnEndedCommandIsAnError(route: Route) throws {
        let reached = try Reached(route, "echo over >&2; exit 3")
        let bytes = [UInt8](repeating: 1, count: 1 << 20)
        let error = try #require(throws: TransportError.self) {
            // The first ones may still fit into a pipe or a window.
            for _ in 0..<20 { try reached.transport.writeAll(bytes.span) }
        }
        #expect(error.kind == .closed)
        #expect(error.detail.hasSuffix("the far end said: over"))
        #expect(reached.transport.finish() == TransportEnd(status: 3, stderr: "over\n"))
    }

    /// A command that would run for long has no status; the system's ssh makes 255 of the signal that ends it, if it
    /// is so far as to catch one.
    private func expectEndedByUs(_ transport: any Transport, _ route: Route) {
        let status = transport.finish().status
        #expect(status == nil || route == .sshClient && status == 255)
    }

    @Test(arguments: Route.allCases) func aPeerThatDoesNotReadStallsTheWriter(route: Route) throws {
        let reached = try Reached(route, "exec sleep 60", progressSeconds: 1)
        let error = try #require(throws: TransportError.self) {
            try reached.transport.writeAll([UInt8](repeating: 1, count: 16 << 20).span)
        }
        #expect(error.kind == .stalled)
        expectEndedByUs(reached.transport, route)
    }

    @Test(arguments: Route.allCases) func aPeerThatDoesNotAnswerStallsTheReader(route: Route) throws {
        let reached = try Reached(route, "exec sleep 60", progressSeconds: 1)
        let error = try #require(throws: TransportError.self) { try reached.transport.readAll() }
        #expect(error.kind == .stalled)
        expectEndedByUs(reached.transport, route)
    }
}
