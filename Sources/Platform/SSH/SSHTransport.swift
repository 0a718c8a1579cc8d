internal import Synchronization

/// A command at the far end of an SSH connection, in this process, through libssh.
///
/// Writing waits only while the lane's queue is full: what goes wrong later is thrown by the next call. What the far
/// end writes is taken in all the while, its stdout as far as the queue and the window have room.
///
/// libssh reports a command that was killed as a clean end of stream: `read` returns 0, and only `finish()` tells,
/// by its missing status. An end of stream before the first byte waits for the exit status, and becomes a
/// `.command` error when the far end's shell says by it that it could not start the program.
package final class SSHTransport: Transport {
    /// How long an ended stream waits for the exit status that explains it.
    private static let explanationSeconds = 5
    /// How long the thread may take to close a channel; it does so at once unless the machine is very busy.
    private static let closingSeconds = 10
    /// Output that is thrown away while the end of a program is waited for.
    private static let mostDiscardedBytes = 4 << 20

    private let connection: SSHConnection
    private let lane = SSHLane()
    /// The piece that was taken from the lane and has not been read.
    private var current: BufferQueue.Piece?
    private var hasFailed = false
    private var end: TransportEnd?
    package private(set) var sentBytes = 0
    package private(set) var receivedBytes = 0

    private var peer: String { connection.destination.description }
    private var progressSeconds: Int { connection.options.progressSeconds }

    /// Connects and starts `command`, which is handed to the far end's shell as it is (see `ShellQuote`).
    package convenience init(
        to destination: SSHDestination, command: String, options: SSHOptions = SSHOptions()
    ) throws(TransportError) {
        self.init(starting: command, in: try SSHConnection(to: destination, options: options))
        try awaitStart()
    }

    /// Starts `command` in a channel of its own of a connection there is.
    package convenience init(in connection: SSHConnection, command: String) throws(TransportError) {
        self.init(starting: command, in: connection)
        try awaitStart()
    }

    /// The same without waiting for it to start: what is written meanwhile waits in the lane's queue.
    ///
    /// - Parameter readBytes: As ``SSHOptions/readBytes``, for this lane alone.
    package init(starting command: String, in connection: SSHConnection, readBytes: Int? = nil) {
        self.connection = connection
        let isOpen = connection.mailbox.open(
            lane, command, readBytes: readBytes ?? connection.options.readBytes)
        guard !isOpen else { return }
        let peer = connection.destination.description
        lane.with { state in
            state.failure = TransportError(
                .closed, operation: "open a channel at", peer: peer, detail: "disconnected")
            state.isOver = true
            state.isClosed = true
        }
    }

    deinit {
        lane.with { $0.wantsClose = true }
        connection.mailbox.wake()
    }

    private func awaitStart() throws(TransportError) {
        let failures = lane.wait(seconds: connection.options.connectSeconds) { state -> [TransportError]? in
            state.isStarted ? [] : state.failure.map { [$0] }
        }
        guard let failures else { throw stalled("start the command at") }
        if let failure = failures.first { throw failure }
    }

    package func writeAll(_ bytes: Span<UInt8>) throws(TransportError) {
        var done = 0
        while done < bytes.count {
            let blank = lane.wait(seconds: progressSeconds) {
                state -> Result<BufferQueue.Piece, TransportError>? in
                if state.isOver || state.failure != nil { return .failure(state.failure ?? self.ended) }
                return state.outgoing.blank().map { .success($0) }
            }
            guard let blank else { throw stalled("write") }
            switch blank {
            case .failure(let error): throw explained(error)
            case .success(var piece):
                let count = piece.fill(from: bytes.extracting(droppingFirst: done))
                done += count
                sentBytes += count
                lane.with { $0.outgoing.put(piece) }
                connection.mailbox.wake()
            }
        }
    }

    package func read(into target: inout MutableSpan<UInt8>) throws(TransportError) -> Int {
        if target.isEmpty { return 0 }
        if current == nil { current = try next() }
        guard var piece = current.take() else { return 0 }
        let count = piece.drain(into: &target)
        receivedBytes += count
        if piece.range.isEmpty {
            lane.with { $0.incoming.giveBack(piece) }
        } else {
            current = piece
        }
        return count
    }

    /// Waits for bytes; nil at the end of the stream.
    private func next() throws(TransportError) -> BufferQueue.Piece? {
        let found = lane.wait(seconds: progressSeconds) {
            state -> Result<BufferQueue.Piece?, TransportError>? in
            if let piece = state.incoming.take() { return .success(piece) }
            guard state.hasEnded || state.isOver else { return nil }
            return state.failure.map { .failure($0) } ?? .success(nil)
        }
        guard let found else { throw stalled("read") }
        switch found {
        case .failure(let error): throw explained(error)
        case .success(let piece?):
            // There may be room again for what the thread left to libssh.
            connection.mailbox.wake()
            return piece
        case .success(nil):
            if receivedBytes == 0, let error = explainedEnd("read") { throw error }
            return nil
        }
    }

    package func abandon() { hasFailed = true }

    package func closeWrite() {
        lane.with { $0.wantsEOF = true }
        connection.mailbox.wake()
    }

    /// Waits for the far end's program, at most the progress deadline, and disconnects; idempotent.
    ///
    /// Unread output is thrown away; a program that still writes a lot of it is not waited for.
    package func finish() -> TransportEnd {
        if let end { return end }
        // What has failed is not waited for again, but its exit status may have arrived.
        if !hasFailed, !connection.hasStalled.load(ordering: .relaxed) {
            lane.with { state in
                state.wantsEOF = true
                state.discards = true
            }
            connection.mailbox.wake()
            _ = lane.wait(seconds: progressSeconds) { state in
                state.isOver || state.discardedBytes > Self.mostDiscardedBytes ? true : nil
            }
        }
        lane.with { $0.wantsClose = true }
        connection.mailbox.wake()
        _ = lane.wait(seconds: Self.closingSeconds, renewing: false) { $0.isClosed ? true : nil }
        let found = lane.with { TransportEnd(status: $0.exitStatus, stderr: $0.tail.text) }
        end = found
        return found
    }

    // MARK: explaining

    private var ended: TransportError {
        TransportError(
            .closed, operation: "write", peer: peer, detail: "the program at the far end has ended")
    }

    private func stalled(_ operation: String) -> TransportError {
        hasFailed = true
        connection.hasStalled.store(true, ordering: .relaxed)
        return .stalled(operation, peer: peer, stderr: lane.with { $0.tail.text })
    }

    /// The error that the exit status after an empty answer stands for, if it stands for one.
    private func explainedEnd(_ operation: String) -> TransportError? {
        _ = lane.wait(seconds: Self.explanationSeconds, renewing: false) { $0.isOver ? true : nil }
        return diagnosis(operation)
    }

    private func diagnosis(_ operation: String) -> TransportError? {
        let (status, stderr) = lane.with { ($0.exitStatus, $0.tail.text) }
        return status.flatMap {
            ExitDiagnosis.program.error(status: $0, stderr: stderr, operation: operation, peer: peer)
        }
    }

    /// `error`, or what is behind it when the far end's program could not be started; with its stderr.
    private func explained(_ error: TransportError) -> TransportError {
        hasFailed = true
        if receivedBytes == 0, let behind = diagnosis(error.operation) { return behind }
        guard error.kind == .closed else { return error }
        return .closed(error.operation, peer: peer, reason: error.detail, stderr: lane.with { $0.tail.text })
    }
}
