import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport
import Testing

@Suite struct ProtocolTests {
    private func open(
        _ transport: any Transport, _ dialect: Dialect = Conversation.dialect
    ) throws(StoreError) -> AgentStore {
        try AgentStore(over: transport, label: "vault", dialect: dialect, runID: "run-1")
    }

    @Test func aWholeConversationEndsWithGoodbyeFromBothEnds() throws {
        let folder = try TemporaryFolder()
        let transport = try PipeTransport(serving: folder.storePath)
        let store = try open(transport)
        try Conversation.run(store)
        #expect(transport.agentEnd == .goodbye)
        #expect(transport.agentLog == [])
        #expect(
            store.traffic == Traffic(sentBytes: transport.sent.count, receivedBytes: transport.received.count)
        )
        #expect(try Conversation.messages(transport.sent).last?.kind == .goodbye)
        #expect(try Conversation.messages(transport.received).last?.kind == .goodbye)
    }

    @Test func anUploadStreamsWithoutWaiting() throws {
        let folder = try TemporaryFolder()
        let transport = try PipeTransport(serving: folder.storePath)
        let fixture = try StoreFixture(on: try open(transport), seed: 1)
        let before = try Conversation.messages(transport.received).count
        _ = try fixture.store.put(.pack, job: mdb01, [UInt8](repeating: 1, count: 5 << 20))
        #expect(try Conversation.messages(transport.received).count == before + 1)
        let data = try Conversation.messages(transport.sent).filter { $0.kind == .data }
        #expect(data.map { $0.payload.count }.max() == ReadLimit.bytes)
    }

    @Test func smallPiecesTravelInMessagesOf64KiB() throws {
        let folder = try TemporaryFolder()
        let transport = try PipeTransport(serving: folder.storePath)
        let fixture = try StoreFixture(on: try open(transport), seed: 1)
        let upload = try fixture.store.beginUpload(.pack, job: mdb01)
        let piece = [UInt8](repeating: 1, count: 1_000)
        for _ in 0..<200 { try upload.append(piece) }
        try upload.finish(digest(of: [UInt8](repeating: 1, count: 200_000)))
        let data = try Conversation.messages(transport.sent).filter { $0.kind == .data }
        #expect(data.map { $0.payload.count } == [66_000, 66_000, 66_000, 2_000])
    }

    // MARK: Versions

    private func refusal(near: Dialect, far: Dialect) throws -> StoreError? {
        let folder = try TemporaryFolder()
        let transport = try PipeTransport(serving: folder.storePath, dialect: far)
        let error = #expect(throws: StoreError.self) { try open(transport, near) }
        guard case .refused = transport.agentEnd else {
            Issue.record("the agent did not refuse: \(String(describing: transport.agentEnd))")
            return error
        }
        #expect(transport.agentLog.count == 1)
        return error
    }

    private static let versions = "the client is hybridrep 2.0, the far end hybridrep 1.0: "

    @Test func protocolsThatDoNotOverlapAreRefusedWithBothVersions() throws {
        var near = Dialect(toolVersion: "2.0")
        near.oldestProtocol = 7
        near.newestProtocol = 8
        let error = try refusal(near: near, far: Dialect(toolVersion: "1.0"))
        #expect(error?.kind == .incompatible)
        #expect(
            error?.detail == Self.versions + "the client speaks protocol 7 to 8, the far end 1")
        #expect(error?.hint == "install versions of hybridrep that are nearer to each other")
    }

    @Test func aNewerStoreFormatThanTheAgentKnowsIsRefused() throws {
        var near = Dialect(toolVersion: "2.0")
        near.storeFormat = 2
        let error = try refusal(near: near, far: Dialect(toolVersion: "1.0"))
        #expect(error?.detail == Self.versions + "the client writes store format 2, the far end knows 1")
    }

    @Test func anUnknownFeatureThatIsNeededIsRefusedByEitherEnd() throws {
        var needing = Dialect(toolVersion: "2.0")
        needing.neededFeatures = 1 << 5 | 1 << 60
        needing.knownFeatures = needing.neededFeatures
        let error = try refusal(near: needing, far: Dialect(toolVersion: "1.0"))
        #expect(
            error?.detail == Self.versions
                + "the client needs feature 5, 60, which the far end does not know")
        var far = needing
        far.toolVersion = "1.0"
        let other = try refusal(near: Dialect(toolVersion: "2.0"), far: far)
        #expect(
            other?.detail == Self.versions
                + "the far end needs feature 5, 60, which the client does not know")
    }

    @Test func rangesThatOverlapAgreeOnTheNewestCommonProtocol() throws {
        let folder = try TemporaryFolder()
        var near = Dialect(toolVersion: "2.0")
        near.newestProtocol = 6
        near.knownFeatures = 1
        let far = Dialect(toolVersion: "1.0")
        let transport = try PipeTransport(serving: folder.storePath, dialect: far)
        let store = try open(transport, near)
        #expect(store.agent == far)
        try Conversation.run(store)
        #expect(transport.agentEnd == .goodbye)
    }

    // MARK: A far end that is no agent

    @Test func aNoisyLoginShellIsNamedAsSuch() throws {
        for text in [
            "Welcome to vault!\nmore\n", "HYBRIDREP STOR!\n", "\u{1b}[31mred\u{7}", "HYBRID",
        ] {
            let transport = ScriptedTransport(Array(text.utf8) + Conversation.opening, pieceBytes: 5)
            let error = #expect(throws: StoreError.self) { try open(transport) }
            let line = PrintableText.of(
                Array((Array(text.utf8) + Conversation.opening).prefix { $0 != 0x0A }))
            #expect(error?.kind == .incompatible)
            #expect(
                error?.detail
                    == "the far end printed \"\(line)\" before the protocol began; its login shell must be silent"
            )
            #expect(transport.finishes == 1)
        }
    }

    @Test func aProgramThatIsNotThereGetsAHint() throws {
        let transport = ScriptedTransport(
            [], end: TransportEnd(status: 127, stderr: "bash: line 1: hybridrep: command not found\n"))
        let error = #expect(throws: StoreError.self) { try open(transport) }
        #expect(
            error
                == StoreError(
                    .unreachable, "talk to", "vault",
                    "connection closed; the far end said: bash: line 1: hybridrep: command not found "
                        + "(exit status 127)",
                    hint: "the far end does not find the agent's program: give its path as remote-command"))
    }

    @Test func theLastWordsOfTheFarEndAreMadePrintable() throws {
        let transport = ScriptedTransport([], end: TransportEnd(status: nil, stderr: "a\nb\nc\u{1b}\nd\n"))
        let error = #expect(throws: StoreError.self) { try open(transport) }
        #expect(error?.detail == #"connection closed; the far end said: b; c\u{1b}; d"#)
    }

    // MARK: After a failure

    @Test func aBrokenSessionFailsAllCallsAlikeAndFinishesOnce() throws {
        let (_, received) = try Conversation.recorded()
        let welcome = Conversation.openingBytes + WireMessage.headerBytes
        let length = Int(received.span.uint32(at: Conversation.openingBytes + 8))
        let transport = ScriptedTransport(Array(received[..<(welcome + length)]))
        let store = try open(transport)
        let first = #expect(throws: StoreError.self) { try store.jobs() }
        #expect(first?.kind == .unreachable)
        let second = #expect(throws: StoreError.self) { try store.space() }
        let third = #expect(throws: StoreError.self) { try store.heartbeat() }
        #expect(second == first)
        #expect(third == first)
        store.unlockPush(mdb01)
        let last = #expect(throws: StoreError.self) { try store.close() }
        #expect(last == first)
        #expect(transport.finishes == 1)
    }

    @Test func aFailedRequestDoesNotEndTheSession() throws {
        let folder = try TemporaryFolder()
        let transport = try PipeTransport(serving: folder.storePath)
        let store = try open(transport)
        for _ in 0..<3 {
            let error = #expect(throws: StoreError.self) { try store.list(.pack, job: mdb01) }
            #expect(error?.kind == .notFound)
        }
        try Conversation.run(store)
        #expect(transport.agentEnd == .goodbye)
    }

    @Test func aHeartbeatOfTheClientIsNotAnswered() throws {
        let folder = try TemporaryFolder()
        let transport = try PipeTransport(serving: folder.storePath)
        let store = try open(transport)
        try store.heartbeat()
        #expect(try store.jobs() == [])
        #expect(try Conversation.messages(transport.received).map { $0.kind } == [.welcome, .answer])
        try store.close()
    }
}
