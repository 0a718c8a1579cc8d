internal import OffsiteStore
internal import Platform

/// Sends and receives messages over one channel; the same at both ends.
///
/// Small messages are collected until 64 KiB are there or ``flush()`` is called. What is received is bounded:
/// one message of at most ``WireMessage/maximumPayloadBytes``.
final class MessageStream {
    /// The line by which each end says that from here on it speaks the protocol.
    static let opening = Array("HYBRIDREP STORE\n".utf8)
    private static let flushBytes = 64 << 10
    /// What is read at once; small enough to stay in a core's cache until it is hashed and copied.
    private static let readBytes = 256 << 10
    /// Most bytes before the opening that are read to be shown.
    private static let maximumNoiseBytes = 512

    /// How long the bytes of one message may take: so much, and a second more for every KiB of it.
    private static let messageSeconds = UInt64(TransportPatience.progressSeconds)
    private static let leastBytesPerSecond = 1 << 10

    private let channel: any ByteChannel
    /// Nil for an end that does not mind how slowly the other sends.
    private let clock: (any Clock)?
    /// When the first byte of what is being received came, and how many it is to have.
    private var begun: UInt64?
    private var expectedBytes = MessageStream.opening.count
    /// What errors call the other end.
    private let peer: String
    private var outgoing: [UInt8] = []
    /// Grows to the longest message.
    private var incoming: [UInt8]
    /// What of `incoming` has been read and not been used.
    private var unused = 0..<0

    init(_ channel: any ByteChannel, peer: String, clock: (any Clock)? = nil) {
        self.channel = channel
        self.clock = clock
        self.peer = peer
        incoming = [UInt8](repeating: 0, count: Self.readBytes)
    }

    func sendOpening() { outgoing.append(contentsOf: Self.opening) }

    func send(_ message: WireMessage) throws(StoreError) {
        outgoing.append(contentsOf: message.header)
        if message.payload.count < Self.flushBytes {
            outgoing.append(contentsOf: message.payload)
            if outgoing.count >= Self.flushBytes { try flush() }
        } else {
            try flush()
            try channel.writeAll(message.payload.span)
        }
    }

    func flush() throws(StoreError) {
        guard !outgoing.isEmpty else { return }
        let bytes = exchange(&outgoing, with: [])
        try channel.writeAll(bytes.span)
        outgoing = bytes
        outgoing.removeAll(keepingCapacity: true)
    }

    /// Reads the other end's opening.
    ///
    /// - Throws: `incompatible`, with what came instead, when anything stands before it; `unreachable` when
    ///   nothing came at all.
    func expectOpening() throws(StoreError) {
        var isCut = false
        while available < Self.opening.count, startsAsOpening, !isCut { isCut = try !readMore() }
        if startsAsOpening, available >= Self.opening.count {
            use(Self.opening.count)
            return
        }
        if available == 0 { throw closed }
        // Noise is reported whatever ends it, so an error of reading on is not looked at.
        while !incoming[unused].contains(0x0A), available < Self.maximumNoiseBytes,
            (try? readMore()) ?? false
        {}
        let noise = incoming[unused].prefix(Self.maximumNoiseBytes)
        let line = PrintableText.of(Array(noise.prefix { $0 != 0x0A }), limit: 200)
        throw StoreError(
            .incompatible, "talk to", peer,
            "the far end printed \"\(line)\" before the protocol began; its login shell must be silent",
            hint: "make its start-up files print nothing unless the shell is interactive", scope: .session)
    }

    /// The next message.
    ///
    /// - Throws: `unreachable` at the end of the stream; `incompatible` for anything that is not a message.
    func receive() throws(StoreError) -> WireMessage {
        try fill(WireMessage.headerBytes)
        let length: Int
        do throws(FormatError) {
            length =
                WireMessage.headerBytes + (try WireMessage.payloadBytes(incoming.span.extracting(unused)))
        } catch { throw malformed(error) }
        try fill(length)
        defer { use(length) }
        do throws(FormatError) {
            return try WireMessage(parsing: incoming.span.extracting(unused.prefix(length)))
        } catch { throw malformed(error) }
    }

    var closed: StoreError { StoreError(.unreachable, "talk to", peer, "connection closed") }

    func malformed(_ error: FormatError) -> StoreError { violation("malformed message: \(error)") }

    /// The other end does not keep to the protocol.
    func violation(_ detail: String) -> StoreError {
        StoreError(.incompatible, "talk to", peer, detail, scope: .session)
    }

    private var available: Int { unused.count }

    private var startsAsOpening: Bool {
        zip(incoming[unused], Self.opening).allSatisfy { $0.0 == $0.1 }
    }

    private func use(_ count: Int) {
        unused = unused.lowerBound + count..<unused.upperBound
        begun = nil
    }

    /// A far end must not keep this one for ever by sending a byte now and then.
    private func checkPace() throws(StoreError) {
        guard let clock else { return }
        let now = clock.monotonicNanoseconds
        guard let begun else {
            begun = now
            return
        }
        let seconds = Self.messageSeconds + UInt64(expectedBytes / Self.leastBytesPerSecond)
        guard now - begun < seconds * 1_000_000_000 else {
            throw StoreError(
                .unreachable, "talk to", peer,
                "a message of \(expectedBytes) bytes was not there after \(seconds) s")
        }
    }

    /// Reads until `count` bytes are there.
    private func fill(_ count: Int) throws(StoreError) {
        if unused.lowerBound + count > incoming.count {
            var rest = [UInt8](incoming[unused])
            unused = 0..<rest.count
            if count > incoming.count {
                rest.append(contentsOf: repeatElement(0, count: count - rest.count))
                incoming = rest
            } else {
                incoming.replaceSubrange(0..<rest.count, with: rest)
            }
        }
        expectedBytes = count
        while available < count { if try !readMore() { throw closed } }
    }

    /// Reads what is there; false at the end of the stream.
    private func readMore() throws(StoreError) -> Bool {
        if unused.isEmpty { unused = 0..<0 }
        guard unused.upperBound < incoming.count else { return false }
        var bytes = exchange(&incoming, with: [])
        defer { incoming = bytes }
        let free = unused.upperBound..<bytes.count
        var span = bytes.mutableSpan
        var target = span._mutatingExtracting(free)
        let count = try channel.read(into: &target)
        unused = unused.lowerBound..<unused.upperBound + count
        if count > 0 { try checkPace() }
        return count > 0
    }
}
