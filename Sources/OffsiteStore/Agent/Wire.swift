internal import Platform

/// Sends and receives messages over one channel; the same at both ends.
///
/// Small messages are collected until 64 KiB are there or ``flush()`` is called. What is received is bounded:
/// one message of at most ``WireMessage/maximumPayloadBytes``.
final class Wire {
    /// The line by which each end says that from here on it speaks the protocol.
    static let opening = Array("HYBRIDREP STORE\n".utf8)
    private static let flushBytes = 64 << 10
    private static let chunkBytes = 1 << 20
    /// Most bytes before the opening that are read to be shown.
    private static let maximumNoiseBytes = 512

    private let channel: any WireChannel
    /// What errors call the other end.
    private let peer: String
    private var outgoing: [UInt8] = []
    private var incoming: [UInt8] = []
    /// How many bytes of `incoming` have been used.
    private var used = 0
    private var chunk: [UInt8]

    init(_ channel: any WireChannel, peer: String) {
        self.channel = channel
        self.peer = peer
        chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
    }

    func sendOpening() { outgoing.append(contentsOf: Self.opening) }

    func send(_ message: WireMessage) throws(StoreError) {
        outgoing.append(contentsOf: message.encoded)
        if outgoing.count >= Self.flushBytes { try flush() }
    }

    func flush() throws(StoreError) {
        guard !outgoing.isEmpty else { return }
        let bytes = outgoing
        outgoing.removeAll(keepingCapacity: true)
        try channel.writeAll(bytes.span)
    }

    /// Reads the other end's opening.
    ///
    /// - Throws: `incompatible`, with what came instead, when anything stands before it; `unreachable` when
    ///   nothing came at all.
    func expectOpening() throws(StoreError) {
        var isCut = false
        while available < Self.opening.count, startsAsOpening, !isCut { isCut = try !readMore() }
        if startsAsOpening, available >= Self.opening.count {
            used += Self.opening.count
            return
        }
        if available == 0 { throw closed }
        // Noise is reported whatever ends it, so an error of reading on is not looked at.
        while !incoming[used...].contains(0x0A), available < Self.maximumNoiseBytes,
            (try? readMore()) ?? false
        {}
        let noise = incoming[used...].prefix(Self.maximumNoiseBytes)
        let line = PrintableText.of(Array(noise.prefix { $0 != 0x0A }), limit: 200)
        throw StoreError(
            .incompatible, "talk to", peer,
            "the far end printed \"\(line)\" before the protocol began; its login shell must be silent",
            hint: "make its start-up files print nothing unless the shell is interactive")
    }

    /// The next message.
    ///
    /// - Throws: `unreachable` at the end of the stream; `incompatible` for anything that is not a message.
    func receive() throws(StoreError) -> WireMessage {
        try fill(WireMessage.headerBytes)
        let header = Array(incoming[used..<used + WireMessage.headerBytes])
        let length: Int
        do throws(FormatError) {
            length = WireMessage.headerBytes + (try WireMessage.payloadBytes(header))
        } catch { throw malformed(error) }
        try fill(length)
        let bytes = Array(incoming[used..<used + length])
        used += length
        do throws(FormatError) { return try WireMessage(parsing: bytes) } catch { throw malformed(error) }
    }

    var closed: StoreError { StoreError(.unreachable, "talk to", peer, "connection closed") }

    func malformed(_ error: FormatError) -> StoreError { violation("malformed message: \(error)") }

    /// The other end does not keep to the protocol.
    func violation(_ detail: String) -> StoreError { StoreError(.incompatible, "talk to", peer, detail) }

    private var available: Int { incoming.count - used }

    private var startsAsOpening: Bool {
        zip(incoming[used...], Self.opening).allSatisfy { $0.0 == $0.1 }
    }

    private func fill(_ count: Int) throws(StoreError) {
        while available < count { if try !readMore() { throw closed } }
    }

    /// Reads what is there; false at the end of the stream.
    private func readMore() throws(StoreError) -> Bool {
        if used > 0 {
            incoming.removeFirst(used)
            used = 0
        }
        var chunk: [UInt8] = []
        swap(&chunk, &self.chunk)
        defer { self.chunk = chunk }
        var target = chunk.mutableSpan
        let count = try channel.read(into: &target)
        incoming.append(copying: chunk.span.extracting(0..<count))
        return count > 0
    }
}
