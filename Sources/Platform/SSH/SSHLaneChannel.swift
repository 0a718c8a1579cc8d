/// The thread's end of a lane: a channel of libssh, and what is on its way through it.
final class SSHLaneChannel {
    let lane: SSHLane
    private let session: SSHSession
    private let command: String
    private let readBytes: Int
    private var channel: SSHChannel?
    private var sending: BufferQueue.Piece?
    /// The end of the stream was sent, or cannot be any more.
    private var isSendingOver = false
    private var hasEnded = false
    private var isOver = false
    private(set) var isClosed = false
    private var stderr = [UInt8](repeating: 0, count: 16 << 10)
    /// Bytes the socket had taken when this lane last looked.
    private var seenOut: UInt64 = 0

    init(_ lane: SSHLane, in session: SSHSession, command: String, readBytes: Int) {
        self.lane = lane
        self.session = session
        self.command = command
        self.readBytes = readBytes
    }

    func close() {
        channel?.close()
        channel = nil
        isClosed = true
    }

    /// Moves what can be moved now in both directions; false when that was nothing.
    func move() -> Bool {
        if lane.with({ $0.wantsClose }) {
            close()
            return true
        }
        if isOver { return false }
        noteProgress()
        var hasMoved = false
        do throws(TransportError) {
            guard try start() else { return false }
            hasMoved = takeErrors()
            // What the far end said last is taken before a write can fail.
            if !hasEnded, try receive() { hasMoved = true }
            if send() { hasMoved = true }
        } catch {
            _ = takeErrors()
            finish(failure: error)
            return true
        }
        if hasEnded || lane.with({ $0.discards }) { lookForStatus() }
        return hasMoved
    }

    /// While the socket takes data that libssh held back, every channel makes progress.
    ///
    /// Signs of life are sent as well, and are no progress: only what was sent up to the end of the last data counts. libssh's
    /// own flag that it has bytes to write does not tell the two apart.
    private func noteProgress() {
        let out = session.sentBytes
        if out != seenOut, seenOut < session.dataEnd { lane.update { $0.progress &+= 1 } }
        seenOut = out
    }

    /// Opens the channel and starts the command, a step at a time; true when it is running.
    private func start() throws(TransportError) -> Bool {
        if let channel, channel.isStarted { return true }
        if channel == nil { channel = try SSHChannel(session, command: command, readBytes: readBytes) }
        guard let channel, try channel.start() else { return false }
        lane.update { state in
            state.isStarted = true
            state.progress &+= 1
        }
        return true
    }

    /// A failure ends this direction; what the far end has sent can still be read.
    private func send() -> Bool {
        guard !isSendingOver, let channel else { return false }
        do throws(TransportError) {
            if sending == nil { sending = lane.update { $0.outgoing.take() } }
            if var piece = sending.take() {
                let written = try channel.write(piece.storage.span.extracting(piece.range))
                piece.range = piece.range.lowerBound + written..<piece.range.upperBound
                if written > 0 { lane.update { $0.progress &+= 1 } }
                if piece.range.isEmpty {
                    lane.update { $0.outgoing.giveBack(piece) }
                } else {
                    sending = piece
                }
                return written > 0
            }
            guard lane.with({ $0.wantsEOF && $0.outgoing.isEmpty }) else { return false }
            isSendingOver = true
            try channel.sendEOF()
        } catch {
            isSendingOver = true
            _ = takeErrors()
            let status = channel.exitStatus
            lane.update { state in
                state.failure = error
                state.exitStatus = status
                state.outgoing.removeAll()
            }
        }
        return true
    }

    private func receive() throws(TransportError) -> Bool {
        guard let channel else { return false }
        if lane.with({ $0.discards }) {
            let got = try channel.discard()
            if got == 0 { end() }
            lane.update { state in
                state.incoming.removeAll()
                // No progress: whoever waits for the end of a program does not wait for what it still prints.
                state.discardedBytes += got ?? 0
            }
            return got != nil
        }
        guard var piece = lane.with({ $0.incoming.blank() }) else { return false }
        let got = try channel.read(into: &piece.storage)
        switch got {
        case nil: lane.with { $0.incoming.giveBack(piece) }
        case 0: end()
        case let got?:
            piece.range = 0..<got
            lane.update { state in
                state.incoming.put(piece)
                state.progress &+= 1
            }
        }
        return got != nil
    }

    private func end() {
        hasEnded = true
        lane.update { $0.hasEnded = true }
    }

    /// Takes what has arrived on stderr; bounded by the window, the rest is taken next time.
    private func takeErrors() -> Bool {
        guard let channel, channel.isStarted else { return false }
        let got = channel.readErrors(into: &stderr)
        guard got > 0 else { return false }
        let words = stderr.span.array(0..<got)
        lane.update { $0.tail.append(words.span) }
        return true
    }

    private func lookForStatus() {
        guard let channel else { return }
        let status = channel.exitStatus
        if status == nil, channel.isOpen { return }
        // Bounded: a program that its starter left behind may keep writing.
        for _ in 0..<256 where !takeErrors() { break }
        finish(status: status)
    }

    private func finish(status: Int32? = nil, failure: TransportError? = nil) {
        isOver = true
        sending = nil
        let status = status ?? channel?.exitStatus
        lane.update { state in
            state.failure = state.failure ?? failure
            state.exitStatus = status
            state.isOver = true
            state.outgoing.removeAll()
        }
    }
}
