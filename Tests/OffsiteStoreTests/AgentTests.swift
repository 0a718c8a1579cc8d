import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// The agent's end alone, given bytes that no client of ours would send.
@Suite struct AgentTests {
    private final class Lines {
        var lines: [String] = []
    }

    /// What a client says first: the opening and its hello.
    private static let greeting: [UInt8] = {
        let transport = ScriptedTransport([])
        _ = try? AgentStore(
            over: transport, label: "", dialect: Conversation.dialect, runID: "run\u{7}1")
        return transport.sent
    }()

    private func serve(
        _ script: [UInt8], in folder: TemporaryFolder, clock: any Clock = FixedClock(), silences: Int = 0
    ) throws -> (end: Agent.End, received: [UInt8], log: [String]) {
        let stream = ScriptedStream(script, silences: silences)
        let lines = Lines()
        let agent = Agent(
            store: try folder.directoryStore(), input: stream, output: stream,
            dialect: Dialect(toolVersion: "1.0-far"), clock: clock, log: { lines.lines.append($0) })
        return (agent.run(), stream.received, lines.lines)
    }

    private func requests(_ messages: [(WireMessage.Kind, [UInt8])]) -> [UInt8] {
        var bytes = Self.greeting
        for (number, (kind, payload)) in messages.enumerated() {
            bytes += WireMessage(kind, sequence: UInt16(number + 1), payload: payload).encoded
        }
        return bytes
    }

    @Test func endOfStreamWithoutGoodbyeIsACut() throws {
        let (end, _, log) = try serve(requests([(.space, [])]), in: try TemporaryFolder())
        #expect(end == .cut(StoreError(.unreachable, "talk to", "client", "connection closed")))
        #expect(log == [#"run run\u{7}1: connection closed before its goodbye"#])
    }

    @Test("a client that is silent is sent heartbeats, which find out whether it is there")
    func silence() throws {
        let folder = try TemporaryFolder()
        let script = requests([(.goodbye, [])])
        let talkative = try serve(script, in: folder)
        let silent = try serve(script, in: folder, silences: 3)
        #expect(silent.end == .goodbye)
        let beat = WireMessage(.heartbeat, sequence: 0, payload: []).encoded
        var expected = talkative.received
        expected.insert(contentsOf: beat + beat + beat, at: expected.count - WireMessage.headerBytes)
        #expect(silent.received == expected)
    }

    @Test(
        "a client that holds a push lock and says nothing for two minutes loses it", arguments: [true, false])
    func silentHolder(holds: Bool) throws {
        let folder = try TemporaryFolder()
        try StoreFixture(on: try folder.directoryStore(), seed: 1).store.close()
        let lock: (WireMessage.Kind, [UInt8]) = (.lock, [5] + Array("mdb01".utf8) + [1, 0x61])
        let (end, _, _) = try serve(
            requests([holds ? lock : (.space, []), (.goodbye, [])]), in: folder,
            clock: SteppingClock(stepNanoseconds: 60_000_000_000), silences: 4)
        let why = "it holds a push lock and has said nothing for 120 s"
        #expect(end == (holds ? .cut(StoreError(.unreachable, "talk to", "client", why)) : .goodbye))
        try folder.directoryStore(seed: 2).lockForPush(mdb01, holder: "next")
    }

    @Test(
        "a client that gives signs of life and asks nothing for twelve hours is let go", arguments: [2, 20])
    func idleClient(heartbeats: Int) throws {
        let beats = [(WireMessage.Kind, [UInt8])](repeating: (.heartbeat, []), count: heartbeats)
        // Each look at the clock is an hour later than the one before.
        let (end, _, _) = try serve(
            requests([(.space, [])] + beats + [(.goodbye, [])]), in: try TemporaryFolder(),
            clock: SteppingClock(stepNanoseconds: 3_600_000_000_000))
        let why = StoreError(.unreachable, "talk to", "client", "it has asked nothing for 12 hours")
        #expect(end == (heartbeats == 2 ? .goodbye : .cut(why)))
    }

    @Test func aClientThatDoesNotSayHelloIsNotWaitedForLonger() throws {
        let (end, _, log) = try serve(Self.greeting, in: try TemporaryFolder(), silences: 1)
        let why = "it has not said hello for a minute"
        #expect(end == .cut(StoreError(.unreachable, "talk to", "client", why)))
        #expect(log == ["run unknown: \(why) before its goodbye"])
    }

    @Test func anUploadThatIsNotFinishedIsThrownAway() throws {
        let folder = try TemporaryFolder()
        try StoreFixture(on: try folder.directoryStore(), seed: 1).store.close()
        let begin: (WireMessage.Kind, [UInt8]) = (.uploadBegin, [1, 5] + Array("mdb01".utf8))
        let (end, _, _) = try serve(requests([begin, (.data, [1, 2, 3])]), in: folder)
        #expect(end == .cut(StoreError(.unreachable, "talk to", "client", "connection closed")))
        #expect(try folder.temporaryNames() == [])
        // A second one throws the first away.
        let twice = try serve(requests([begin, begin, (.data, [1]), (.goodbye, [])]), in: folder)
        #expect(twice.end == .goodbye)
        #expect(try folder.temporaryNames() == [])
    }

    static let violations: [(String, [(WireMessage.Kind, [UInt8])])] = [
        ("data of something that was not begun", [(.data, [1])]),
        ("the end of something that was not begun", [(.uploadFinish, [UInt8](repeating: 0, count: 32))]),
        ("the end of something that was not begun", [(.commitFinish, [])]),
        (
            "the end of something that was not begun",
            [
                (.commitBegin, [1, 0x61, 1, 0, 0, 0, 0, 0, 0, 0]),
                (.uploadFinish, [UInt8](repeating: 0, count: 32)),
            ]
        ),
        ("malformed message: invalid message type at byte 12", [(.answer, [])]),
        ("malformed message: invalid message type at byte 12", [(.hello, [])]),
        ("malformed message: 1 bytes follow its end", [(.space, [0])]),
        ("malformed message: invalid name at byte 1", [(.list, [1, 2, 0x2E, 0x2E])]),
        ("malformed message: invalid name at byte 1", [(.list, [1, 3, 0x61, 0x2F, 0x62])]),
        ("malformed message: invalid object kind at byte 0", [(.list, [9, 1, 0x61])]),
        ("malformed message: name is 65, above the limit of 64", [(.lock, [65, 0x61])]),
        (
            "malformed message: count is 4294967295, above the limit of \(ReadLimit.bytes)",
            [(.read, [0] + [UInt8](repeating: 0, count: 8) + [255, 255, 255, 255])]
        ),
        (
            "malformed message: offset is 18446744073709551615, above the limit of \(1 << 60)",
            [(.read, [0] + [UInt8](repeating: 255, count: 8) + [1, 0, 0, 0])]
        ),
    ]

    @Test(arguments: violations.indices)
    func whoeverBreaksTheProtocolLosesTheSession(number: Int) throws {
        let (reason, messages) = Self.violations[number]
        let folder = try TemporaryFolder()
        let (end, received, log) = try serve(requests(messages + [(.jobs, [])]), in: folder)
        let error = StoreError(.incompatible, "talk to", "client", reason, scope: .session)
        #expect(end == .violation(error))
        #expect(log == [#"run run\u{7}1: protocol violation: \#(reason)"#])
        let kinds = try Conversation.messages(received).map { $0.kind }
        #expect(kinds == [.welcome, .failure])
    }

    @Test func aMessageOutOfOrderIsAViolation() throws {
        let script = Self.greeting + WireMessage(.jobs, sequence: 2).encoded
        let (end, _, _) = try serve(script, in: try TemporaryFolder())
        #expect(
            end
                == .violation(
                    StoreError(
                        .incompatible, "talk to", "client", "message 2 where 1 was due", scope: .session)))
    }

    @Test func aLengthAboveTheLimitIsRefusedBeforeItsBytesCome() throws {
        var message = WireMessage(.jobs, sequence: 1).encoded
        for index in 8..<12 { message[index] = 255 }
        let (end, _, _) = try serve(Self.greeting + message, in: try TemporaryFolder())
        #expect(
            end
                == .violation(
                    StoreError(
                        .incompatible, "talk to", "client",
                        "malformed message: message is 4294967295, above the limit of "
                            + "\(WireMessage.maximumPayloadBytes)", scope: .session)))
    }

    @Test func aPersonAtTheKeyboardIsToldWhatThisIs() throws {
        let (end, _, log) = try serve(Array("help\n".utf8), in: try TemporaryFolder())
        guard case .violation(let error) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(
            error.detail
                == "the far end printed \"help\" before the protocol began; its login shell must be silent")
        #expect(log.count == 1)
    }

    @Test func longWorkSendsHeartbeatsAndProgress() throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        let points = 2
        for _ in 0..<points { try fixture.addPoint() }
        try fixture.store.close()
        let objects = fixture.packs.joined().count
        var check: [UInt8] = [5] + Array("mdb01".utf8) + [0, 0]
        check += [UInt8](repeating: 0, count: 8)
        func kinds(_ clock: any Clock) throws -> [WireMessage.Kind] {
            let (end, received, _) = try serve(
                requests([(.check, check), (.goodbye, [])]), in: folder, clock: clock)
            #expect(end == .goodbye)
            return try Conversation.messages(received).map { $0.kind }
        }
        // A clock that stands still: only the first point is worth a word.
        #expect(try kinds(FixedClock()) == [.welcome, .progress, .answer, .goodbye])
        let slow = try kinds(SteppingClock(stepNanoseconds: 20_000_000_000))
        #expect(slow.filter { $0 == .progress }.count == points + objects)
        #expect(slow.filter { $0 == .heartbeat }.count >= objects)
        let quick = try kinds(SteppingClock(stepNanoseconds: 1_000_000))
        #expect(quick == [.welcome, .progress, .answer, .goodbye])
    }

    @Test(arguments: UInt64(0)..<8)
    func garbageEndsTheSessionAndNothingElse(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0..<200, using: &generator)
            let garbage = generator.bytes(count)
            let prefix = Bool.random(using: &generator) ? Self.greeting : Conversation.opening
            let (end, _, log) = try serve(prefix + garbage, in: folder)
            #expect(end != .goodbye)
            #expect(log.count == 1)
        }
        #expect(try HostFileSystem().status(folder.storePath) == nil)
    }

    @Test(arguments: UInt64(0)..<4)
    func randomPayloadsOfEveryTypeNeverTrap(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        try StoreFixture(on: try folder.directoryStore(), seed: 1).store.close()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let messages = (0..<4).map { _ -> (WireMessage.Kind, [UInt8]) in
                let count = Int.random(in: 0..<60, using: &generator)
                return (
                    WireMessage.Kind.allCases.randomElement(using: &generator) ?? .jobs,
                    generator.bytes(count)
                )
            }
            _ = try serve(requests(messages), in: folder)
        }
        #expect(try folder.temporaryNames() == [])
    }

    @Test(arguments: UInt64(0)..<4)
    func everyChangedByteOfASessionIsNoticed(seed: UInt64) throws {
        let (recorded, _) = try Conversation.recorded()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let folder = try TemporaryFolder()
            var bytes = recorded
            let at = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[at] ^= UInt8.random(in: 1...255, using: &generator)
            let (end, _, _) = try serve(bytes, in: folder)
            #expect(end != .goodbye, "byte \(at)")
        }
    }
}
