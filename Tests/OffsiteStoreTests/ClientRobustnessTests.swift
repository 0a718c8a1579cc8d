import OffsiteStore
import Platform
import StoreAgent
import TestSupport
import Testing

/// The client's end, given bytes that no agent of ours would send, and connections that break.
@Suite struct ClientRobustnessTests {
    private func converse(_ transport: any Transport) -> StoreError? {
        do {
            try Conversation.run(
                try AgentStore(
                    over: transport, label: "vault", dialect: Conversation.dialect, runID: "run-1"))
            return nil
        } catch let error as StoreError {
            return error
        } catch {
            Issue.record("\(error)")
            return nil
        }
    }

    @Test func theRecordedAgentSatisfiesTheClient() throws {
        let (_, received) = try Conversation.recorded()
        for pieceBytes in [1, 7, 1 << 20] {
            #expect(converse(ScriptedTransport(received, pieceBytes: pieceBytes)) == nil)
        }
    }

    @Test func everyTruncationIsAnError() throws {
        let (_, received) = try Conversation.recorded()
        for count in 0..<received.count {
            let error = converse(ScriptedTransport(Array(received[..<count])))
            let kind: StoreError.Kind =
                (1..<Conversation.openingBytes).contains(count) ? .incompatible : .unreachable
            #expect(error?.kind == kind, "after \(count) bytes")
        }
    }

    @Test func everyChangedByteIsAnError() throws {
        let (_, received) = try Conversation.recorded()
        var generator = SeededGenerator(seed: 3)
        for at in received.indices {
            var bytes = received
            bytes[at] ^= UInt8.random(in: 1...255, using: &generator)
            let kind = converse(ScriptedTransport(bytes))?.kind
            #expect(kind == .incompatible || kind == .unreachable, "byte \(at)")
        }
    }

    @Test(arguments: UInt64(0)..<4)
    func garbageIsAnErrorAndNeverATrap(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let count = Int.random(in: 0..<300, using: &generator)
            let error = converse(ScriptedTransport(Conversation.opening + generator.bytes(count)))
            #expect(error?.kind == .incompatible || error?.kind == .unreachable)
        }
    }

    /// Well-formed answers with random payloads, in the right order.
    @Test(arguments: UInt64(0)..<4)
    func randomAnswersNeverTrap(seed: UInt64) throws {
        let (_, received) = try Conversation.recorded()
        let messages = try Conversation.messages(received)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let changed = Int.random(in: 1..<messages.count, using: &generator)
            var bytes = Conversation.opening
            for (number, message) in messages.enumerated() {
                guard number == changed else {
                    bytes += message.encoded
                    continue
                }
                let kind = WireMessage.Kind.allCases.randomElement(using: &generator) ?? .answer
                let count = Int.random(in: 0..<50, using: &generator)
                bytes +=
                    WireMessage(kind, sequence: message.sequence, payload: generator.bytes(count)).encoded
            }
            _ = converse(ScriptedTransport(bytes))
        }
    }

    @Test(arguments: PipeTransport.Cut.Direction.allCases)
    func wheneverTheConnectionBreaksTheNextSessionGoesThrough(
        direction: PipeTransport.Cut.Direction
    ) throws {
        let (sent, received) = try Conversation.recorded()
        let total = direction == .toAgent ? sent.count : received.count
        for after in stride(from: 0, to: total, by: 13) {
            let folder = try TemporaryFolder()
            let cut = PipeTransport.Cut(direction, after: after)
            let error = converse(try PipeTransport(serving: folder.storePath, cut: cut))
            #expect(error?.kind == .unreachable || error?.kind == .incompatible, "after \(after) bytes")
            if try HostFileSystem().status(folder.storePath + "/jobs/mdb01/tmp") != nil {
                #expect(try folder.temporaryNames() == [], "after \(after) bytes")
            }
            #expect(
                converse(try PipeTransport(serving: folder.storePath, seed: 2)) == nil, "after \(after) bytes"
            )
        }
    }
}
