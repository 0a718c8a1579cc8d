internal import Platform
internal import StoreAgent

/// The far end of a client, played by the input: bytes as they are, or answers to what was asked.
final class HostileAgent: Transport {
    private var input: FuzzInput
    /// Whether the input is chunks that become well-formed messages.
    private let isSealed: Bool
    private var pending: [UInt8]
    /// What the client wrote and has not been looked at.
    private var written: [UInt8] = []
    private var isOpened = false
    /// Numbers of the messages that wait for an answer, oldest first.
    private var waiting: [UInt16] = []
    private static let unanswered: [WireMessage.Kind] = [
        .uploadBegin, .data, .abandon, .commitBegin, .heartbeat,
    ]
    private(set) var sentBytes = 0
    private(set) var receivedBytes = 0

    init(_ input: FuzzInput, isSealed: Bool) {
        self.input = input
        self.isSealed = isSealed
        pending = isSealed ? Array("HYBRIDREP STORE\n".utf8) : []
    }

    private static let kinds: [WireMessage.Kind] = [
        .answer, .answer, .part, .failure, .progress, .heartbeat, .goodbye, .welcome,
    ]

    func writeAll(_ bytes: Span<UInt8>) {
        sentBytes += bytes.count
        written.append(copying: bytes)
        if !isOpened, written.count >= 16 {
            written.removeFirst(16)
            isOpened = true
        }
        while isOpened, written.count >= WireMessage.headerBytes {
            let length = WireMessage.headerBytes + Int(written.span.uint32(at: 8))
            guard written.count >= length else { return }
            let kind = WireMessage.Kind(rawValue: written[12])
            if !Self.unanswered.contains(where: { $0 == kind }) {
                waiting.append(written.span.uint16(at: 14))
            }
            written.removeFirst(length)
        }
    }

    func read(into target: inout MutableSpan<UInt8>) -> Int {
        if pending.isEmpty, !input.isAtEnd {
            if isSealed {
                let kind = Self.kinds[Int(input.byte()) % Self.kinds.count]
                let payload = input.chunk()
                pending = WireMessage(kind, sequence: waiting.first ?? 0, payload: payload).encoded
                if [.answer, .failure, .welcome].contains(kind), !waiting.isEmpty { waiting.removeFirst() }
            } else {
                pending = input.bytes(max(1, Int(input.byte())))
            }
        }
        let count = min(target.count, pending.count)
        for index in 0..<count { target[index] = pending[index] }
        pending.removeFirst(count)
        receivedBytes += count
        return count
    }

    func closeWrite() {}
    func finish() -> TransportEnd { TransportEnd(status: 1, stderr: "\u{1B}[2J\nbye") }
}

/// The near end of an agent: gives it bytes, takes what it says and forgets it.
final class ArrayStream: ByteInput, ByteOutput {
    private var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func read(into target: inout MutableSpan<UInt8>) -> Int {
        let count = min(target.count, bytes.count, 1 << 12)
        for index in 0..<count { target[index] = bytes[index] }
        bytes.removeFirst(count)
        return count
    }

    func writeAll(_ bytes: Span<UInt8>) {}
}
