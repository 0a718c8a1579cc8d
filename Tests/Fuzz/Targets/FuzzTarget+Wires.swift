internal import DeltaSync
internal import OffsiteStore
internal import Platform
internal import StoreAgent
internal import StoreFormat
internal import TestSupport

extension FuzzTarget {
    static let wires: [FuzzTarget] = [
        FuzzTarget("wire-message", seeds: { [WireMessage(.data, sequence: 3, payload: [1, 2, 3]).encoded] }) {
            bytes in
            guard let message = try? WireMessage(parsing: bytes.span) else { return }
            precondition(message.encoded == bytes, "a message reads back")
        },
        FuzzTarget("wire-client", seeds: { [clientSeed] }) { bytes in
            talk(HostileAgent(FuzzInput(bytes), isSealed: false))
            talk(HostileAgent(FuzzInput(bytes), isSealed: true))
        },
        FuzzTarget("wire-agent", seeds: { [try agentSeed()] }) { bytes in
            serve(bytes)
            serve(conversation(bytes))
        },
    ]

    /// Everything a client may ask, for as long as the far end keeps to the protocol.
    private static func talk(_ agent: HostileAgent) {
        let job = SampleStore.jobName
        guard
            let store = try? AgentStore(
                over: agent, label: "agent", dialect: Dialect(toolVersion: "1"), runID: "run")
        else { return }
        _ = try? store.jobs()
        for kind in ObjectKind.allCases { _ = try? store.list(kind, job: job) }
        _ = try? store.length(of: .job(job))
        _ = try? store.read(.job(job), at: 0, count: 3)
        _ = try? store.whole(.job(job), limit: 1 << 16)
        store.fetch([.bytes(.job(job), offset: 1, count: 2), .records(records)]) { (_, answer) in
            _ = try? answer.get()
        }
        _ = try? store.put(.map, job: job, [1, 2, 3])
        _ = try? store.commit([1], generation: 1, job: job)
        try? store.lockForPush(job, holder: "me")
        store.unlockPush(job)
        let request = CheckRequest(job: job, generation: nil, level: .full, seed: 1)
        _ = try? store.check(request) { _ in }
        _ = try? store.space()
        _ = try? store.forget(
            ForgetRequest(job: job, items: [.init(generation: 1, digest: nil, reason: "old")], maker: "me"))
        _ = try? store.collect(CollectRequest(job: job, maker: "me"))
        _ = try? store.drop(DropRequest(job: job, maker: "me"))
        try? store.close()
    }

    /// Two records of a frame, of one a part.
    private static var records: RecordRequest {
        let place = PackFooter.Entry(
            frame: FrameID(push: 1, counter: 2), offset: 48, length: 200, records: 3)
        return RecordRequest(
            job: SampleStore.jobName, pack: SHA256Hasher.hash([UInt8(0)].span), place: place,
            wanted: [.init(number: 0), .init(number: 2, ranges: [3..<9])])
    }

    private static func serve(_ bytes: [UInt8]) {
        guard let sample = try? SampleStore.shared else { return }
        let stream = ArrayStream(bytes)
        let agent = Agent(
            store: SampleStore.open(sample.files.copy()), input: stream, output: stream,
            dialect: Dialect(toolVersion: "1"), clock: FixedClock(), log: { _ in })
        _ = agent.run()
    }

    /// The opening, a greeting, and chunks as messages in sequence: a byte of kind, then the payload.
    private static func conversation(_ bytes: [UInt8]) -> [UInt8] {
        var input = FuzzInput(bytes)
        var result = Array("HYBRIDREP STORE\n".utf8)
        result += WireMessage(.hello, sequence: 0, payload: hello).encoded
        var sequence: UInt16 = 0
        while !input.isAtEnd {
            sequence &+= 1
            let kind = WireMessage.Kind(rawValue: input.byte() % 23) ?? .goodbye
            result += WireMessage(kind, sequence: sequence, payload: input.chunk()).encoded
        }
        return result
    }

    /// A client's dialect and run, as `Dialect.Hello` encodes them.
    private static var hello: [UInt8] {
        dialect { writer in writer.string("run") }
    }

    private static func dialect(_ more: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        writer.uint16(UInt16(1))
        writer.uint16(UInt16(1))
        writer.uint16(UInt16(ObjectHeader.version))
        writer.uint16(UInt16(0))
        writer.uint64(UInt64(0))
        writer.uint64(UInt64(0))
        writer.string("1")
        more(&writer)
        return writer.bytes
    }

    /// Kind, length and payload of what an agent may say to a whole session.
    private static var clientSeed: [UInt8] {
        func message(_ kind: UInt8, _ payload: [UInt8]) -> [UInt8] { [kind] + FuzzInput.chunks([payload]) }
        var names = ByteWriter()
        names.varint(1)
        names.string("mdb01")
        var list = ByteWriter()
        list.varint(1)
        list.append([UInt8](repeating: 7, count: 32))
        list.varint(9)
        var points = ByteWriter()
        points.varint(1)
        points.uint64(UInt64(4))
        points.varint(700)
        let space = [UInt8](repeating: 1, count: 8) + [UInt8](repeating: 0, count: 9)
        let receipt = Receipt(received: FixedClock().now, object: SHA256Hasher.hash([UInt8(1)].span)).encoded
        return message(
            7,
            dialect {
                $0.uint16(UInt16(1))
                $0.uint64(UInt64(1))
            }) + message(5, []) + message(2, names.bytes)
            + message(0, names.bytes) + message(0, list.bytes) + message(0, list.bytes)
            + message(0, list.bytes) + message(0, points.bytes) + message(0, [1] + space.prefix(8))
            + message(0, [1, 2, 3]) + message(0, [0]) + message(0, []) + message(0, receipt) + message(0, [])
            + message(0, []) + message(4, [1, 1, 1, 1, 1, 1]) + message(2, [1, 0x41, 1, 0x42, 0])
            + message(0, [1, 1, 1, 1, 1, 1]) + message(0, space) + message(6, [])
    }

    /// Kind, length and payload of requests to a whole session.
    private static func agentSeed() throws -> [UInt8] {
        let sample = try SampleStore.shared
        func message(_ kind: WireMessage.Kind, _ build: (inout ByteWriter) -> Void = { _ in }) -> [UInt8] {
            var writer = ByteWriter()
            build(&writer)
            return [kind.rawValue] + FuzzInput.chunks([writer.bytes])
        }
        let job = SampleStore.jobName.description
        let map = sample.objects("store/jobs/mdb01/maps/").first ?? []
        let point = sample.objects("/points/").last?.dropLast(Receipt.byteCount) ?? []
        return message(.jobs)
            + message(.list) {
                $0.uint8(1); $0.string(job)
            }
            + message(.length) {
                $0.uint8(5); $0.string(job)
            }
            + message(.read) {
                $0.uint8(4); $0.string(job); $0.uint64(UInt64(1)); $0.uint64(0); $0.uint32(8)
            }
            + message(.forget) {
                $0.string(job); $0.string("me"); $0.uint8(0); $0.varint(1); $0.uint64(UInt64(1))
                $0.append([UInt8](repeating: 0, count: Digest256.byteCount)); $0.string("old")
            }
            + message(.collect) {
                $0.string(job); $0.string("me"); $0.uint8(0); $0.uint64(UInt64(0)); $0.uint32(UInt32(0));
                $0.varint(0)
            }
            + message(.lock) {
                $0.string(job); $0.string("me")
            }
            + message(.uploadBegin) {
                $0.uint8(2); $0.string(job)
            } + message(.data) { $0.append(map) }
            + message(.uploadFinish) { $0.append(SHA256Hasher.hash(map.span)) }
            + message(.commitBegin) {
                $0.string(job); $0.uint64(UInt64(3))
            }
            + message(.data) { $0.append(Array(point)) } + message(.commitFinish)
            + message(.check) {
                $0.string(job); $0.uint8(1); $0.uint8(0); $0.uint64(UInt64(9))
            }
            + message(.unlock) { $0.string(job) } + message(.abandon) + message(.space)
    }
}
