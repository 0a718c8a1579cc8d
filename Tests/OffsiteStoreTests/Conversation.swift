import Image
import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport

/// A short session that asks everything once.
enum Conversation {
    static let storeID = Identifier(high: 5, low: 6)
    static let dialect = Dialect(toolVersion: "1.0-near")

    static func run(_ store: any ObjectStore) throws {
        _ = try store.initialise(StoreObject(id: storeID, created: Timestamp(seconds: 1)))
        let job = JobObject(
            id: Identifier(high: 7, low: 8), name: mdb01, secret: [UInt8](repeating: 3, count: 192),
            created: Timestamp(seconds: 2))
        _ = try store.publishJob(mdb01, job.encoded(store: storeID))
        try store.lockForPush(mdb01, holder: "me")
        let name = try store.put(.map, job: mdb01, MapSegment.made(job: job.id).bytes)
        let upload = try store.beginUpload(.pack, job: mdb01)
        try upload.append([1, 2, 3])
        upload.abandon()
        let length = try store.length(of: .map(mdb01, name)) ?? 0
        let point = Point(
            generation: 1, parent: nil, kind: .full, health: .good, sourceTime: Timestamp(seconds: 3),
            layout: try ImageLayout([]), imageDigest: name, counts: Point.Counts(), toolVersion: "1.0",
            segments: [Point.Segment(name: name, length: length)], sourceFacts: [])
        if try store.list(.point, job: mdb01).isEmpty {
            _ = try store.commit(
                point.encoded(job: job.id, store: storeID), generation: 1, job: mdb01)
        }
        _ = try store.read(.map(mdb01, name), at: 3, count: 40)
        _ = try store.jobs()
        _ = try store.space()
        let request = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
        let report = try store.check(request) { _ in }
        guard report.isGood else { throw StoreError(.corrupt, "verify", "conversation", "\(report.damage)") }
        store.unlockPush(mdb01)
        try store.close()
    }

    /// Runs it against a folder of its own and gives what crossed the wire.
    static func recorded() throws -> (toAgent: [UInt8], fromAgent: [UInt8]) {
        let folder = try TemporaryFolder()
        let transport = try PipeTransport(serving: folder.storePath)
        try run(
            try AgentStore(over: transport, label: "agent", dialect: dialect, runID: "run-1"))
        return (transport.sent, transport.received)
    }

    /// The messages behind the opening line.
    static func messages(_ bytes: [UInt8]) throws -> [WireMessage] {
        var messages: [WireMessage] = []
        var rest = bytes[openingBytes...]
        while rest.count >= WireMessage.headerBytes {
            let header = Array(rest.prefix(WireMessage.headerBytes))
            let length = WireMessage.headerBytes + Int(header.span.uint32(at: 8))
            messages.append(try WireMessage(parsing: Array(rest.prefix(length)).span))
            rest = rest.dropFirst(length)
        }
        guard rest.isEmpty else { throw FormatError.trailingBytes(count: rest.count) }
        return messages
    }

    static let opening = Array("HYBRIDREP STORE\n".utf8)
    static let openingBytes = 16
}
