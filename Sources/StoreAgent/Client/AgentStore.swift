package import OffsiteStore
package import Platform

/// A store behind an agent at the far end of a transport.
///
/// Requests go in order, reads ahead of the answers to others; the bytes of an upload stream without waiting, and the
/// next upload may begin before the end of the one before it is answered. After the connection or the protocol has
/// failed, every call throws that failure again.
package final class AgentStore: ObjectStore {
    package let label: String
    private let transport: any Transport
    private let wire: MessageStream
    private var sequence: UInt16 = 0
    /// What ended the session, if anything has.
    private var failure: StoreError?
    private var isFinished = false
    private var isGreeted = false
    private var hasLeft = false
    private static let aliveNanoseconds: UInt64 = 15_000_000_000
    private var lastAlive: UInt64
    private let dialect: Dialect
    private let clock: any Clock
    /// Answers that nobody has waited for yet, oldest first.
    private var due: [Due] = []
    /// What the agent said of itself.
    package private(set) var agent: Dialect
    /// The time of day at the far end when it answered the greeting; nil before that.
    package private(set) var agentTime: Timestamp?

    /// Opens a session.
    ///
    /// - Parameter runID: What the agent's log calls this session.
    /// - Throws: `incompatible`, naming both versions, when the two programs do not understand each other or
    ///   the far end's login shell prints something; `unreachable` when the agent did not start.
    package convenience init(
        over transport: any Transport, label: String, dialect: Dialect, runID: String,
        clock: any Clock = SystemClock()
    ) throws(StoreError) {
        self.init(starting: transport, label: label, dialect: dialect, runID: runID, clock: clock)
        try greet()
    }

    /// The same without waiting for the agent: its welcome is looked for by ``greet()``, or by the first call.
    ///
    /// - Parameter clock: Tells how long the agent has answered nothing.
    package init(
        starting transport: any Transport, label: String, dialect: Dialect, runID: String,
        clock: any Clock = SystemClock()
    ) {
        self.label = label
        self.transport = transport
        self.dialect = dialect
        self.clock = clock
        lastAlive = clock.monotonicNanoseconds
        wire = MessageStream(TransportChannel(transport), peer: label, clock: clock)
        agent = dialect
        wire.sendOpening()
        let hello = Dialect.Hello(dialect: dialect, runID: runID)
        do throws(StoreError) {
            try wire.send(WireMessage(.hello, sequence: sequence, payload: hello.encoded))
            try wire.flush()
        } catch { _ = ended(by: error) }
    }

    /// Waits until the agent has said who it is.
    package func greet() throws(StoreError) {
        if let failure { throw failure }
        if isGreeted { return }
        isGreeted = true
        var isRefused = false
        do throws(StoreError) {
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
                throw StoreError(.incompatible, "talk to", label, obstacle, scope: .session)
            }
            guard (dialect.oldestProtocol...dialect.newestProtocol).contains(welcome.chosenProtocol) else {
                throw wire.violation("the far end chose protocol \(welcome.chosenProtocol)")
            }
            agent = welcome.dialect
            agentTime = welcome.time
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

    package func keepAlive() throws(StoreError) {
        let now = clock.monotonicNanoseconds
        guard now - lastAlive >= Self.aliveNanoseconds else { return }
        lastAlive = now
        try heartbeat()
    }

    /// Says goodbye; what goes wrong is thrown by ``close()``.
    package func leave() {
        guard failure == nil, !isFinished, !hasLeft else { return }
        hasLeft = true
        do throws(StoreError) {
            try settle()
            try send(.goodbye)
            try session { () throws(StoreError) in try wire.flush() }
        } catch {}
    }

    /// Says goodbye, waits for the agent's, and releases the transport.
    ///
    /// - Throws: What ended the session before, if something has: it may have been a call that cannot throw.
    package func close() throws(StoreError) {
        if let failure { throw failure }
        guard !isFinished else { return }
        leave()
        try session { () throws(StoreError) in
            var patience = AnswerPatience(.prompt, clock)
            while true {
                let message = try wire.receive()
                if message.kind == .goodbye { break }
                guard message.kind == .heartbeat else { throw wire.violation("it did not say goodbye") }
                try require(patience.noteSignOfLife())
            }
        }
        isFinished = true
        _ = transport.finish()
    }

    /// Sends a request without waiting for an answer.
    func send(_ request: WireRequest) throws(StoreError) {
        try session { () throws(StoreError) in
            sequence &+= 1
            let (kind, payload) = request.message
            try wire.send(WireMessage(kind, sequence: sequence, payload: payload))
        }
    }

    /// Sends a request and gives its answer's payload.
    ///
    /// - Parameter part: Called with the payload of every `part` and `progress` message before the answer.
    func ask(
        _ request: WireRequest,
        part: (WireMessage.Kind, [UInt8]) throws(StoreError) -> Void = AgentStore.noParts
    ) throws(StoreError) -> [UInt8] {
        try settle()
        try send(request)
        let reply = try reply(to: sequence, request.work, part)
        return try payload(of: reply)
    }

    /// An answer that was asked for.
    final class Due {
        fileprivate let sequence: UInt16
        fileprivate let work: AnswerPatience.Work
        fileprivate var reply: WireMessage?

        fileprivate init(_ sequence: UInt16, _ work: AnswerPatience.Work) {
            self.sequence = sequence
            self.work = work
        }
    }

    /// Sends a request whose answer is taken later.
    func begin(_ request: WireRequest) throws(StoreError) -> Due {
        try send(request)
        try session { () throws(StoreError) in try wire.flush() }
        let answer = Due(sequence, request.work)
        due.append(answer)
        return answer
    }

    /// The payload of an answer that is due.
    func end(_ answer: Due) throws(StoreError) -> [UInt8] {
        while answer.reply == nil, !due.isEmpty { try settleOldest() }
        guard let reply = answer.reply else { throw failure ?? wire.closed }
        return try payload(of: reply)
    }

    /// Takes all answers that are due.
    private func settle() throws(StoreError) { while !due.isEmpty { try settleOldest() } }

    private func settleOldest() throws(StoreError) {
        let oldest = due.removeFirst()
        oldest.reply = try reply(to: oldest.sequence, oldest.work, AgentStore.noParts)
    }

    private func reply(
        to number: UInt16, _ work: AnswerPatience.Work,
        _ part: (WireMessage.Kind, [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) -> WireMessage {
        try session { () throws(StoreError) in
            try wire.flush()
            var patience = AnswerPatience(work, clock)
            while true {
                let message = try wire.receive()
                if message.kind == .heartbeat {
                    try require(patience.noteSignOfLife())
                    continue
                }
                guard message.sequence == number else {
                    throw wire.violation("answer \(message.sequence) to request \(number)")
                }
                switch message.kind {
                case .part: try part(.part, message.payload)
                case .progress:
                    try require(patience.note(try parse(message.payload, WireAnswer.parseReport)))
                    try part(.progress, message.payload)
                case .answer, .failure: return message
                default: throw wire.violation("unexpected message of type \(message.kind.rawValue)")
                }
            }
        }
    }

    /// Ends the session with an agent that has said nothing of use for so many seconds.
    private func require(_ silentSeconds: Int?) throws(StoreError) {
        guard let silentSeconds else { return }
        transport.abandon()
        throw StoreError(
            .unreachable, "talk to", label,
            "no answer for \(silentSeconds) s, nothing but signs of life")
    }

    private func payload(of reply: WireMessage) throws(StoreError) -> [UInt8] {
        guard reply.kind == .failure else { return reply.payload }
        throw try session { () throws(StoreError) in
            try parse(reply.payload, WireAnswer.parseError)
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
        throw StoreError(
            .incompatible, "talk to", "agent", "an answer in parts was not expected", scope: .session)
    }

    /// Runs a part of the session: what it throws ends the session.
    private func session<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        try greet()
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
        return StoreError(kind, operation, subject, detail, hint: hint, scope: scope)
    }
}
