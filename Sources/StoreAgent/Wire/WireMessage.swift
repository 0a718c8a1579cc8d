internal import OffsiteStore
package import Platform

/// One message between a store's client and its agent.
///
/// Layout (docs/format/protocol.md, section 2): 0..<8 XXH3-64 of all that follows, 8..<12 bytes of the payload,
/// 12 type, 13 zero, 14..<16 sequence number, payload.
package struct WireMessage: Equatable, Sendable {
    package static let headerBytes = 16
    /// Most bytes of a payload: what one `read` may ask for, and room for the fields beside it.
    package static let maximumPayloadBytes = ReadLimit.bytes + 4096
    /// Where the bytes that the check value covers begin.
    static let coveredFrom = 8

    package enum Kind: UInt8, Sendable, CaseIterable {
        // From the client.
        case hello = 1
        case initialise = 2
        case publishJob = 3
        case jobs = 4
        case list = 5
        case length = 6
        case read = 7
        case uploadBegin = 8
        case data = 9
        case uploadFinish = 10
        case abandon = 11
        case commitBegin = 12
        case commitFinish = 13
        case lock = 14
        case unlock = 15
        case check = 16
        case space = 17
        case records = 18
        case adopt = 19
        case note = 20
        case forget = 21
        case collect = 22
        case dropJob = 23
        // From the agent.
        case welcome = 64
        case answer = 65
        case part = 66
        case failure = 67
        case progress = 68
        // From both.
        case heartbeat = 128
        case goodbye = 129
    }

    package let kind: Kind
    /// Of a request one more than the message before; of an answer its request's.
    package let sequence: UInt16
    package let payload: [UInt8]

    package init(_ kind: Kind, sequence: UInt16, payload: [UInt8] = []) {
        precondition(payload.count <= Self.maximumPayloadBytes)
        self.kind = kind
        self.sequence = sequence
        self.payload = payload
    }

    /// What stands before the payload.
    package var header: [UInt8] {
        var covered = ByteWriter(capacity: Self.headerBytes)
        covered.uint32(UInt32(payload.count))
        covered.uint8(kind.rawValue)
        covered.uint8(0)
        covered.uint16(sequence)
        var writer = ByteWriter(capacity: Self.headerBytes)
        writer.uint64(CheckValue.of(covered.bytes.span, payload.span))
        writer.append(covered.bytes)
        return writer.bytes
    }

    package var encoded: [UInt8] { header + payload }

    /// The payload's length, from a message's first 16 bytes; refused above the limit.
    static func payloadBytes(_ header: Span<UInt8>) throws(FormatError) -> Int {
        guard header.count >= headerBytes else {
            throw .truncated(offset: 0, needed: headerBytes, available: header.count)
        }
        let count = Int(header.uint32(at: coveredFrom))
        guard count <= maximumPayloadBytes else {
            throw .overLimit(field: "message", value: UInt64(count), limit: UInt64(maximumPayloadBytes))
        }
        return count
    }

    /// Reads a whole message: header and payload, nothing behind it.
    package init(parsing bytes: Span<UInt8>) throws(FormatError) {
        let count = try Self.payloadBytes(bytes)
        guard bytes.count == Self.headerBytes + count else {
            throw .truncated(offset: bytes.count, needed: Self.headerBytes + count, available: bytes.count)
        }
        let covered = bytes.extracting(Self.coveredFrom..<bytes.count)
        guard CheckValue.of(covered) == bytes.uint64(at: 0) else { throw .digestMismatch(of: "message") }
        guard let kind = Kind(rawValue: bytes[12]), bytes[13] == 0 else {
            throw .badField(field: "message type", offset: 12)
        }
        self.kind = kind
        sequence = bytes.uint16(at: 14)
        payload = bytes.array(Self.headerBytes..<bytes.count)
    }
}
