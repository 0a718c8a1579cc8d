package import OffsiteStore
package import Platform

/// Serves a store to one client over a pair of byte streams, until it says goodbye.
///
/// An error of a request is answered and the session goes on; whoever breaks the protocol loses the session.
/// Whatever ends it, an unfinished upload is thrown away and all locks are let go.
package final class Agent {
    /// How a session ended.
    package enum End: Equatable, Sendable {
        case goodbye
        /// The client's and this program's versions do not fit.
        case refused(StoreError)
        /// The stream ended or failed before a goodbye.
        case cut(StoreError)
        /// The client sent something that the protocol does not have.
        case violation(StoreError)
    }
    private static let heartbeatNanoseconds: UInt64 = 15_000_000_000
    private static let progressNanoseconds: UInt64 = 1_000_000_000

    let store: LocalStoreService
    /// The same, with what it may take.
    let objects: any ObjectStore
    let wire: MessageStream
    private let channel: StreamChannel
    private let dialect: Dialect
    private let clock: any Clock
    private let log: (String) -> Void
    /// The run that opened the session, as its client calls it.
    package private(set) var runID = "unknown"
    /// Called once the client is welcome, with the version of its program.
    package var welcomed: (String) -> Void = { _ in }
    /// Number of the last request.
    private(set) var sequence: UInt16 = 0
    private var lastSent: UInt64
    /// When the client last sent anything, and anything but a heartbeat.
    private var lastHeard: UInt64
    private var lastAsked: UInt64
    /// A session that holds a push lock and is silent for so long ends: other pushes wait for it.
    private static let pushSilenceNanoseconds: UInt64 = 120_000_000_000
    /// And one that asks nothing for so long, whatever signs of life it gives: collection waits for it.
    private static let idleNanoseconds: UInt64 = 12 * 3600 * 1_000_000_000
    private var lastProgress: UInt64?
    /// What failed where it could not be thrown.
    private var broken: StoreError?
    var incoming = Incoming.nothing
    /// Made with the first request for records.
    var cutter: RecordExtractor?

    /// - Parameters:
    ///   - store: The store to serve; the agent sets its ``LocalStoreService/pulse`` and closes it.
    ///   - quota: Most bytes that the store takes; nil for what the disk holds.
    ///   - log: Takes one line for people, without line end.
    package init(
        store: LocalStoreService, quota: Int? = nil, input: any ByteInput, output: any ByteOutput,
        dialect: Dialect, clock: any Clock, log: @escaping (String) -> Void
    ) {
        self.store = store
        store.isServed = true
        objects = if let quota { QuotaStore(store, limit: quota) } else { store }
        self.dialect = dialect
        self.clock = clock
        self.log = log
        channel = StreamChannel(input: input, output: output)
        wire = MessageStream(channel, peer: "client")
        lastSent = clock.monotonicNanoseconds
        (lastHeard, lastAsked) = (lastSent, lastSent)
    }

    /// Ends a session that keeps others waiting and does nothing.
    private func requireWork() throws(StoreError) {
        let now = clock.monotonicNanoseconds
        guard !store.holdsPushLocks || now - lastHeard < Self.pushSilenceNanoseconds else {
            throw StoreError(
                .unreachable, "talk to", "client", "it holds a push lock and has said nothing for 120 s")
        }
        guard now - lastAsked < Self.idleNanoseconds else {
            throw StoreError(.unreachable, "talk to", "client", "it has asked nothing for 12 hours")
        }
    }

    private func note(_ kind: WireMessage.Kind) throws(StoreError) {
        lastHeard = clock.monotonicNanoseconds
        if kind != .heartbeat { lastAsked = lastHeard }
        try requireWork()
    }

    /// Serves until the session ends.
    package func run() -> End {
        store.pulse = { [unowned self] () throws(StoreError) in try self.pulse() }
        channel.idle = { () throws(StoreError) in
            throw StoreError(.unreachable, "talk to", "client", "it has not said hello for a minute")
        }
        defer {
            channel.idle = nil
            incoming.abandon()
            store.pulse = nil
            store.close()
        }
        do throws(StoreError) {
            if let refusal = try greet() {
                log("refused run \(runID): \(PrintableText.of(refusal.detail))")
                return .refused(refusal)
            }
            // A client that has vanished acknowledges nothing: what is sent to it ends the connection, and so this session.
            channel.idle = { [unowned self] () throws(StoreError) in
                try self.requireWork()
                try self.beat()
            }
            while true {
                let message = try wire.receive()
                try note(message.kind)
                sequence &+= 1
                guard message.sequence == sequence else {
                    throw wire.violation("message \(message.sequence) where \(sequence) was due")
                }
                let request: WireRequest
                do throws(FormatError) { request = try WireRequest(parsing: message) } catch {
                    throw wire.malformed(error)
                }
                guard try serve(request) else { return .goodbye }
            }
        } catch {
            return end(error)
        }
    }

    private func end(_ error: StoreError) -> End {
        guard error.kind == .incompatible else {
            log("run \(runID): \(error.detail) before its goodbye")
            return .cut(error)
        }
        log("run \(runID): protocol violation: \(error.detail)")
        // The client may be gone or deaf; its session is over either way.
        try? reply(.failure, WireAnswer.encode(error))
        try? wire.flush()
        return .violation(error)
    }

    /// Exchanges versions; gives the reason when there is no common language.
    private func greet() throws(StoreError) -> StoreError? {
        wire.sendOpening()
        try wire.flush()
        try wire.expectOpening()
        let message = try wire.receive()
        guard message.kind == .hello, message.sequence == 0 else {
            throw wire.violation("message of type \(message.kind.rawValue) before hello")
        }
        let hello: Dialect.Hello
        do throws(FormatError) { hello = try Dialect.Hello(parsing: message.payload) } catch {
            throw wire.malformed(error)
        }
        runID = PrintableText.of(hello.runID)
        if let obstacle = dialect.obstacle(to: hello.dialect) {
            let refusal = StoreError(
                .incompatible, "talk to", store.label, obstacle,
                hint: "install versions of hybridrep that are nearer to each other")
            try reply(.failure, WireAnswer.encode(refusal))
            try wire.flush()
            return refusal
        }
        let welcome = Dialect.Welcome(dialect: dialect, client: hello.dialect, time: clock.now)
        try reply(.welcome, welcome.encoded)
        try wire.flush()
        welcomed(PrintableText.of(hello.dialect.toolVersion))
        return nil
    }

    func reply(_ kind: WireMessage.Kind, _ payload: [UInt8]) throws(StoreError) {
        try wire.send(WireMessage(kind, sequence: sequence, payload: payload))
        lastSent = clock.monotonicNanoseconds
    }

    /// Shows the client that long work goes on; called between its steps.
    private func pulse() throws(StoreError) {
        if let broken { throw broken }
        guard clock.monotonicNanoseconds - lastSent >= Self.heartbeatNanoseconds else { return }
        try beat()
    }

    private func beat() throws(StoreError) {
        try reply(.heartbeat, [])
        try wire.flush()
    }

    /// Reports how far a check is, at most once a second.
    func report(_ progress: CheckReport) {
        let now = clock.monotonicNanoseconds
        if let lastProgress, now - lastProgress < Self.progressNanoseconds { return }
        lastProgress = now
        do throws(StoreError) {
            try reply(.progress, WireAnswer.encode(progress))
            try wire.flush()
        } catch { broken = error }
    }
}
