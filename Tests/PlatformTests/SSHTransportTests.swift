import Platform
import TestSupport
import Testing

/// What holds for libssh in process, beyond what every transport does.
@Suite(.enabled(if: LoopbackSSHServer.isAvailable, "needs sshd, ssh and ssh-keygen"))
struct SSHTransportTests {
    @Test func aRefusedConnectionSaysSo() throws {
        let server = try LoopbackSSHServer()
        let options = server.options
        let destination = try server.destination()
        server.stop()
        let error = try #require(throws: TransportError.self) {
            try SSHTransport(to: destination, command: "true", options: options)
        }
        #expect(
            error
                == TransportError(
                    .connect, operation: "connect", peer: destination.description,
                    detail: "connect: Connection refused"))
    }

    @Test func anUnknownNameIsAConnectError() throws {
        let error = try #require(throws: TransportError.self) {
            try SSHTransport(to: SSHDestination(parsing: "no-such-host.invalid"), command: "true")
        }
        #expect(error.kind == .connect)
        #expect(error.detail.hasPrefix("look up no-such-host.invalid: "))
    }

    @Test func losingTheFarEndWhileReadingIsAnError() throws {
        let server = try LoopbackSSHServer()
        let transport = try server.connect("echo ready; exec sleep 10")
        #expect(try transport.read(exactly: 6) == Array("ready\n".utf8))
        server.killSessions()
        let error = try #require(throws: TransportError.self) { try transport.readAll() }
        #expect(error.kind == .closed)
        #expect(transport.finish().status == nil)
    }

    @Test func losingTheFarEndWhileWritingIsAnError() throws {
        let server = try LoopbackSSHServer()
        let transport = try server.connect("echo ready; exec cat > /dev/null")
        #expect(try transport.read(exactly: 6) == Array("ready\n".utf8))
        server.killSessions()
        let bytes = [UInt8](repeating: 1, count: 1 << 20)
        let error = try #require(throws: TransportError.self) {
            for _ in 0..<100 { try transport.writeAll(bytes.span) }
        }
        #expect(error.kind == .closed)
        #expect(transport.finish().status == nil)
    }

    @Test func aFrozenFarEndStalls() throws {
        let server = try LoopbackSSHServer()
        let transport = try server.connect("echo ready; exec cat") { $0.progressSeconds = 1 }
        #expect(try transport.read(exactly: 6) == Array("ready\n".utf8))
        server.freezeSessions()
        let error = try #require(throws: TransportError.self) { try transport.readAll() }
        #expect(error.kind == .stalled)
        #expect(transport.finish().status == nil)
    }

    @Test func anAbandonedTransportDisconnects() throws {
        let server = try LoopbackSSHServer(configuration: ["LogLevel DEBUG1"])
        var transport: SSHTransport? = try server.connect("cat")
        #expect(transport != nil)
        transport = nil
        #expect(server.waitForLog("Closing connection to"))
    }

    @Test func signsOfLifeAreSentWhileWaiting() throws {
        let server = try LoopbackSSHServer(configuration: ["LogLevel DEBUG1"])
        let transport = try server.connect("exec sleep 3") { $0.keepAliveSeconds = 1 }
        #expect(try transport.readAll().isEmpty)
        #expect(transport.finish().status == 0)
        #expect(server.logLines(with: "rtype keepalive@openssh.com") >= 2)
    }

    @Test("signs of life are no progress: who reads from a far end that is silent stalls")
    func signsOfLifeAreNoProgressOfAReader() throws {
        let server = try LoopbackSSHServer()
        let transport = try server.connect("exec sleep 60") {
            $0.keepAliveSeconds = 1
            $0.progressSeconds = 3
        }
        let error = try #require(throws: TransportError.self) { try transport.readAll() }
        #expect(error.kind == .stalled)
        #expect(transport.finish().status == nil)
    }

    @Test("signs of life are no progress: who writes to a far end that reads nothing stalls")
    func signsOfLifeAreNoProgressOfAWriter() throws {
        let server = try LoopbackSSHServer()
        let transport = try server.connect("exec sleep 60") {
            $0.keepAliveSeconds = 1
            $0.progressSeconds = 3
        }
        let error = try #require(throws: TransportError.self) {
            try transport.writeAll([UInt8](repeating: 1, count: 16 << 20).span)
        }
        #expect(error.kind == .stalled)
        #expect(transport.finish().status == nil)
    }

    @Test func aProgramThatGoesOnTalkingIsNotWaitedForBeyondTheLimit() throws {
        let server = try LoopbackSSHServer()
        let transport = try server.connect("while :; do echo alive; sleep 0.2; done") {
            $0.progressSeconds = 1
        }
        #expect(try transport.read(exactly: 6) == Array("alive\n".utf8))
        #expect(transport.finish().status == nil)
    }

    @Test func aFarEndThatIsGivenUpIsNotWaitedFor() throws {
        let server = try LoopbackSSHServer()
        // With the limit of ten seconds there would be a status.
        let transport = try server.connect("echo alive; exec sleep 2")
        #expect(try transport.read(exactly: 6) == Array("alive\n".utf8))
        transport.abandon()
        #expect(transport.finish().status == nil)
    }

    @Test func aForcedCommandAnswersInsteadOfOurs() throws {
        let server = try LoopbackSSHServer(forcedCommand: "echo \"$SSH_ORIGINAL_COMMAND\"")
        let transport = try server.connect(ShellQuote.posix(["hybridrep", "serve", "--store", "/a b/it's"]))
        #expect(
            String(decoding: try transport.readAll(), as: UTF8.self)
                == "hybridrep serve --store '/a b/it'\\''s'\n")
        #expect(transport.finish().status == 0)
    }

    @Test func aesIsPreferred() throws {
        let server = try LoopbackSSHServer(configuration: ["LogLevel DEBUG1"])
        _ = try server.connect("true").finish()
        #expect(server.log.contains("kex: client->server cipher: aes128-gcm@openssh.com"))
        #expect(server.log.contains("kex: server->client cipher: aes128-gcm@openssh.com"))
    }

    @Test func twoLanesShareOneConnection() throws {
        let server = try LoopbackSSHServer()
        let connection = try SSHConnection(to: server.destination(), options: server.options)
        let lanes = [
            try SSHTransport(in: connection, command: "cat"),
            try SSHTransport(in: connection, command: "cat"),
        ]
        var generator = SeededGenerator(seed: 2)
        let sent = [generator.bytes(300_000), generator.bytes(300_000)]
        // Both answers arrive while either is waited for.
        for (lane, bytes) in zip(lanes, sent) { try lane.writeAll(bytes.span) }
        for (lane, bytes) in zip(lanes, sent) { #expect(try lane.read(exactly: bytes.count) == bytes) }
        #expect(lanes.map { $0.finish().status } == [0, 0])
        #expect(server.logLines(with: "Accepted publickey") == 1)
    }

    @Test func aRefusedLaneLeavesTheOthers() throws {
        let server = try LoopbackSSHServer(configuration: ["MaxSessions 1"])
        let connection = try SSHConnection(to: server.destination(), options: server.options)
        let lane = try SSHTransport(in: connection, command: "cat")
        let error = try #require(throws: TransportError.self) {
            try SSHTransport(in: connection, command: "cat")
        }
        #expect(error.kind == .command)
        try lane.writeAll([1, 2, 3].span)
        lane.closeWrite()
        #expect(try lane.readAll() == [1, 2, 3])
        #expect(lane.finish().status == 0)
    }

    @Test func contentSurvivesRekeying() throws {
        let server = try LoopbackSSHServer(configuration: ["RekeyLimit 1M"])
        let transport = try server.connect("cat")
        var generator = SeededGenerator(seed: 3)
        let piece = generator.bytes(250_000)
        for _ in 0..<20 {
            try transport.writeAll(piece.span)
            #expect(try transport.read(exactly: piece.count) == piece)
        }
        transport.closeWrite()
        #expect(try transport.readAll().isEmpty)
        #expect(transport.finish().status == 0)
    }
}
