import OffsiteStore
import Platform
import StoreAgent
import TestSupport
import Testing

/// Agents that are alive and say nothing of use.
@Suite struct SilentAgentTests {
    /// Each look at the clock is 20 seconds later than the one before.
    private static let stepSeconds = 20
    private let clock = SteppingClock(stepNanoseconds: UInt64(stepSeconds) * 1_000_000_000)
    private let check = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)

    private func store(_ messages: [WireMessage], pieceBytes: Int = .max) throws -> (
        AgentStore, ScriptedTransport
    ) {
        let (_, received) = try Conversation.recorded()
        let welcome = try #require(try Conversation.messages(received).first)
        let transport = ScriptedTransport(
            Conversation.opening + ([welcome] + messages).flatMap(\.encoded), pieceBytes: pieceBytes)
        let store = AgentStore(
            starting: transport, label: "vault", dialect: Conversation.dialect, runID: "run-1", clock: clock)
        return (store, transport)
    }

    private func heartbeats(_ count: Int) -> [WireMessage] {
        [WireMessage](repeating: WireMessage(.heartbeat, sequence: 1), count: count)
    }

    private func progress(_ objects: Int) -> WireMessage {
        var writer = ByteWriter()
        for count in [1, 10_000, 10_000, 10_000, objects, objects * 7] { writer.varint(count) }
        return WireMessage(.progress, sequence: 1, payload: writer.bytes)
    }

    private func silent(_ seconds: Int) -> StoreError {
        StoreError(
            .unreachable, "talk to", "vault", "no answer for \(seconds) s, nothing but signs of life")
    }

    @Test func aShortRequestIsGivenUpAfterTheProgressLimit() throws {
        let (store, transport) = try store(heartbeats(10_000))
        #expect(throws: silent(120)) { try store.space() }
        #expect(transport.finishes == 1)
        #expect(throws: silent(120)) { try store.close() }
    }

    @Test func aGoodbyeIsGivenUpAfterTheProgressLimit() throws {
        let (store, _) = try store(heartbeats(10_000))
        #expect(throws: silent(120)) { try store.close() }
    }

    @Test func longWorkIsGivenUpAfterHalfAnHour() throws {
        let (store, _) = try store(heartbeats(10_000))
        #expect(throws: silent(1_800)) { try store.lockForPush(mdb01, holder: "me") }
    }

    @Test func aCollectionIsGivenUpAfterHalfADay() throws {
        let (store, _) = try store(heartbeats(10_000))
        #expect(throws: silent(43_200)) {
            try store.collect(CollectRequest(job: mdb01, maker: "me"))
        }
    }

    @Test func aReportThatSaysTheSameAgainIsNoProgress() throws {
        let (store, _) = try store([WireMessage](repeating: progress(3), count: 10_000))
        #expect(throws: silent(1_800)) { try store.check(check) { _ in } }
    }

    @Test func aReportThatSaysMoreIs() throws {
        let nights = (1...1_000).flatMap { [progress($0)] + heartbeats(3) }
        let answer = WireMessage(.answer, sequence: 1, payload: progress(1_000).payload)
        let (store, _) = try store(nights + [answer])
        #expect(try store.check(check) { _ in }.hashedObjects == 1_000)
    }

    @Test func aFewSignsOfLifeBeforeAnAnswerAreWelcome() throws {
        let answer = WireMessage(.answer, sequence: 1, payload: [])
        let (store, _) = try store(heartbeats(60) + [answer])
        try store.lockForPush(mdb01, holder: "me")
    }

    @Test func aMessageThatComesByteByByteIsGivenUp() throws {
        let (store, transport) = try store(heartbeats(10_000), pieceBytes: 1)
        #expect(
            throws: StoreError(
                .unreachable, "talk to", "vault", "a message of 16 bytes was not there after 120 s")
        ) { try store.space() }
        #expect(transport.receivedBytes == 7)
    }

    @Test func aListOfEmptyPartsIsGivenUpAtTheFirst() throws {
        let parts = [WireMessage](
            repeating: WireMessage(.part, sequence: 1, payload: [0]), count: 10_000)
        let (store, _) = try store(parts)
        #expect(
            throws: StoreError(.incompatible, "talk to", "vault", "an endless list", scope: .session)
        ) { try store.jobs() }
    }

    /// What only this side can know is not learned from the other.
    @Test(arguments: [UInt8(7), 8, 255, 254])
    func aFailureOfTheFarEndIsNoneOfThisSide(kind: UInt8) throws {
        var writer = ByteWriter()
        writer.uint8(kind)
        for text in ["check", "store", "stopped before it was done"] { writer.string(text) }
        writer.uint8(0)
        let (store, _) = try store([WireMessage(.failure, sequence: 1, payload: writer.bytes)])
        #expect(throws: StoreError(.failed, "check", "store", "stopped before it was done")) {
            try store.space()
        }
    }
}
