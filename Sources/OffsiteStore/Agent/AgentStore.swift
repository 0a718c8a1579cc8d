package import Platform

/// A store behind an agent at the far end of a transport.
///
/// Requests go in order, one at a time but for reads; the bytes of an upload stream without waiting. After the
/// connection or the protocol has failed, every call throws that failure again.
package final class AgentStore: ObjectStore {
    package let label: String
    private let transport: any Transport
    private let wire: Wire
    private var sequence: UInt16 = 0
    /// What ended the session, if anything has.
    private var failure: StoreError?
    private var isFinished = false
    /// Numbers of reads that were sent and whose answers were not taken, oldest first.
    private var readsUnderWay: [UInt16] = []
    /// Counts the rows of reads: another request ends the one before.
    private(set) var readSession = 0
    /// False for an agent that only sends whole frames.
    private(set) var sendsRecords = false
    /// What the agent said of itself.
    package private(set) var agent: Dialect

    /// Opens a session.
    ///
    /// - Parameter runID: What the agent's log calls this session.
    /// - Throws: `incompatible`, naming both versions, when the two programs do not understand each other or
    ///   the far end's login shell prints something; `unreachable` when the agent did not start.
    package init(
        over transport: any Transport, label: String, dialect: Dialect, runID: String
    ) throws(StoreError) {
        self.label = label
        self.transport = transport
        wire = Wire(TransportChannel(transport), peer: label)
        agent = dialect
        var isRefused = false
        do throws(StoreError) {
            let hello = Dialect.Hello(dialect: dialect, runID: runID)
            wire.sendOpening()
            try wire.send(WireMessage(.hello, sequence: sequence, payload: hello.encoded))
            try wire.flush()
            try wire.expectOpening()
            let reply = try wire.receive()
            if reply.kind == .failure {
                isRefused = true
                throw try parse(reply.payload, WireAnswer.parseError)
            }
            guard reply.kind == .welcome else {
                throw wire.violation("unexpected message of type \(reply.kind.rawValue)")
            }
            let welcome = try parse(reply.payload) { bytes throws(FormatError) in
                try Dialect.Welcome(parsing: bytes)
            }
            if let obstacle = welcome.dialect.obstacle(to: dialect) {
                throw StoreError(.incompatible, "talk to", label, obstacle)
            }
            guard (dialect.oldestProtocol...dialect.newestProtocol).contains(welcome.chosenProtocol) else {
                throw wire.violation("the far end chose protocol \(welcome.chosenProtocol)")
            }
            agent = welcome.dialect
            sendsRecords = welcome.chosenProtocol >= Dialect.recordsProtocol
        } catch { throw ended(by: error, isExplained: isRefused) }
    }

    deinit { if !isFinished { _ = transport.finish() } }

    package var traffic: Traffic {
        Traffic(sentBytes: transport.sentBytes, receivedBytes: transport.receivedBytes)
    }

    /// Tells the agent that this end is alive, in the middle of work of its own.
    package func heartbeat() throws(StoreError) {
        try send(.heartbeat)
        try session { () throws(StoreError) in try wire.flush() }
    }

    /// Says goodbye, waits for the agent's, and releases the transport.
    ///
    /// - Throws: What ended the session before, if something has: it may have been a call that cannot throw.
    package func close() throws(StoreError) {
        if let failure { throw failure }
        guard !isFinished else { return }
        try endReads()
        try send(.goodbye)
        try session { () throws(StoreError) in
            try wire.flush()
            while true {
                let message = try wire.receive()
                if message.kind == .goodbye { break }
                guard message.kind == .heartbeat else { throw wire.violation("it did not say goodbye") }
            }
        }
        isFinished = true
        _ = transport.finish()
    }

    /// Sends a request without waiting for an answer.
    func send(_ request: WireRequest) throws(StoreError) { _ = try sendCounted(request) }

    /// The same; gives the bytes of the message.
    private func sendCounted(_ request: WireRequest) throws(StoreError) -> Int {
        try session { () throws(StoreError) in
            sequence &+= 1
            let (kind, payload) = request.message
            try wire.send(WireMessage(kind, sequence: sequence, payload: payload))
            return WireMessage.headerBytes + payload.count
        }
    }

    /// Sends a request and gives its answer's payload.
    ///
    /// - Parameter part: Called with the payload of every `part` and `progress` message before the answer.
    func ask(
        _ request: WireRequest,
        part: (WireMessage.Kind, [UInt8]) throws(StoreError) -> Void = AgentStore.noParts
    ) throws(StoreError) -> [UInt8] {
        try endReads()
        try send(request)
        return try answer(to: sequence, part: part)
    }

    private func answer(
        to sequence: UInt16, part: (WireMessage.Kind, [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) -> [UInt8] {
        let reply = try session { () throws(StoreError) in
            try wire.flush()
            while true {
                let message = try wire.receive()
                if message.kind == .heartbeat { continue }
                guard message.sequence == sequence else {
                    throw wire.violation("answer \(message.sequence) to request \(sequence)")
                }
                switch message.kind {
                case .part, .progress: try part(message.kind, message.payload)
                case .answer, .failure: return message
                default: throw wire.violation("unexpected message of type \(message.kind.rawValue)")
                }
            }
        }
        guard reply.kind == .failure else { return reply.payload }
        throw try session { () throws(StoreError) in
            try parse(reply.payload, WireAnswer.parseError)
        }
    }

    /// Begins a row of reads; those before it are over.
    func beginReads() -> Int {
        // What went wrong with them is told by whatever is asked next.
        try? endReads()
        readSession += 1
        return readSession
    }

    /// Sends a read without waiting; gives the bytes of its message.
    func send(ahead request: WireRequest) throws(StoreError) -> Int {
        let sent = try sendCounted(request)
        readsUnderWay.append(sequence)
        return sent
    }

    /// The answer to the oldest read under way.
    func nextRead() throws(StoreError) -> [UInt8] {
        try answer(to: readsUnderWay.removeFirst(), part: Self.noParts)
    }

    /// Passes over the answers that nobody took.
    private func endReads() throws(StoreError) {
        guard !readsUnderWay.isEmpty else { return }
        readSession += 1
        while !readsUnderWay.isEmpty {
            do throws(StoreError) { _ = try nextRead() } catch { if let failure { throw failure } }
        }
    }

    /// Reads what the far end sent; a mistake in it ends the session.
    func parsed<R>(_ bytes: [UInt8], _ body: ([UInt8]) throws(FormatError) -> R) throws(StoreError) -> R {
        try session { () throws(StoreError) in try parse(bytes, body) }
    }

    private func parse<R>(
        _ bytes: [UInt8], _ body: ([UInt8]) throws(FormatError) -> R
    ) throws(StoreError) -> R {
        do throws(FormatError) { return try body(bytes) } catch { throw wire.malformed(error) }
    }

    /// The mistake of a far end whose answer is well formed and cannot be true.
    func violation(_ detail: String) -> StoreError { ended(by: wire.violation(detail)) }

    static func noParts(_ kind: WireMessage.Kind, _ payload: [UInt8]) throws(StoreError) {
        throw StoreError(.incompatible, "talk to", "agent", "an answer in parts was not expected")
    }

    /// Runs a part of the session: what it throws ends the session.
    private func session<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        if let failure { throw failure }
        do throws(StoreError) { return try body() } catch { throw ended(by: error) }
    }

    /// Releases the transport and adds what the far end said last to the error.
    ///
    /// - Parameter isExplained: The error is the far end's own and says all.
    private func ended(by error: StoreError, isExplained: Bool = false) -> StoreError {
        guard !isFinished else { return failure ?? error }
        isFinished = true
        let end = transport.finish()
        let explained = isExplained ? error : error.explained(by: end)
        failure = explained
        return explained
    }
}

extension StoreError {
    /// The same failure with what the far end's program left behind: its exit status and last words.
    func explained(by end: TransportEnd) -> StoreError {
        guard kind == .unreachable || kind == .incompatible else { return self }
        var detail = detail
        let words = end.stderr.split(separator: "\n").suffix(3).joined(separator: "; ")
        if !words.isEmpty { detail += "; the far end said: \(PrintableText.of(words))" }
        if let status = end.status, status != 0 { detail += " (exit status \(status))" }
        var hint = hint
        switch end.status {
        case 126: hint = hint ?? "the agent's program cannot be run: check remote-command and its mode"
        case 127:
            hint = hint ?? "the far end does not find the agent's program: give its path as remote-command"
        default: break
        }
        return StoreError(kind, operation, subject, detail, hint: hint)
    }
}
