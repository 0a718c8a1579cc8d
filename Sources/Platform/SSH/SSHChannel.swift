internal import CLibSSH

/// One command at the far end of a session: non-blocking reads and writes, as libssh means them.
///
/// Follows the rules of SSH.md, section 4, about what libssh's return values mean.
@safe final class SSHChannel {
    private let session: SSHSession
    private let command: String
    /// How far the far end's window is opened.
    private let windowBytes: Int
    private var pointer: OpaquePointer?
    private var isOpened = false
    /// The command is running, or has been.
    private(set) var isStarted = false
    /// The number of bytes read since the window was last opened.
    private var readSince: Int
    /// The part of `scratch` that has not been passed on.
    private var held = 0..<0
    /// As large as the window, because libssh opens it only for a read that could take all of it; memory is used
    /// only as far as it is ever written.
    private let scratch: UnsafeMutableBufferPointer<UInt8>

    /// A channel that is still to be started with `command`, which the far end's shell reads as it is.
    init(_ session: SSHSession, command: String, readBytes: Int) throws(TransportError) {
        self.session = session
        self.command = command
        windowBytes = max(1, readBytes)
        readSince = windowBytes
        unsafe scratch = .allocate(capacity: windowBytes)
        unsafe pointer = ssh_channel_new(session.handle)
        guard unsafe pointer != nil else { throw session.error(.closed, "open a channel at") }
    }

    deinit {
        close()
        unsafe scratch.deallocate()
    }

    /// Frees the channel; idempotent.
    func close() {
        guard let open = unsafe pointer else { return }
        unsafe pointer = nil
        unsafe ssh_channel_free(open)
    }

    /// Goes on with opening the channel and starting the command, without waiting; true when it is running.
    func start() throws(TransportError) -> Bool {
        guard session.isConnected else { throw session.error(.closed, "open a channel at") }
        if !isOpened {
            let result = unsafe ssh_channel_open_session(pointer)
            if result == SSH_AGAIN { return false }
            guard result == SSH_OK else {
                throw failure("open a channel at", hint: "the far end may allow fewer lanes")
            }
            isOpened = true
        }
        let result = unsafe ssh_channel_request_exec(pointer, command)
        if result == SSH_AGAIN { return false }
        guard result == SSH_OK else { throw failure("start the command at", hint: nil) }
        isStarted = true
        return true
    }

    private func failure(_ operation: String, hint: String?) -> TransportError {
        session.isConnected
            ? session.error(.command, operation, hint: hint) : session.error(.closed, operation)
    }

    /// Still open in both directions as far as the far end is concerned.
    var isOpen: Bool { unsafe ssh_channel_is_open(pointer) == 1 && session.isConnected }

    /// Hands over what the far end's window takes of `bytes` now; 0 when that is nothing.
    ///
    /// libssh cuts to packets of 32 KiB itself.
    /// - Throws: `.closed`, also when the far end's program no longer reads.
    func write(_ bytes: Span<UInt8>) throws(TransportError) -> Int {
        let start = session.sentBytes
        let written = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe ssh_channel_write(pointer, buffer.baseAddress, UInt32(buffer.count))
        }
        if written > 0 {
            session.dataSent(Int(written), from: start)
            return Int(written)
        }
        guard written == 0 || written == SSH_AGAIN, isOpen else { throw session.error(.closed, "write") }
        return 0
    }

    /// Takes what has arrived on stdout into the start of `target`: bytes, 0 at the end, nil when there is nothing yet.
    func read(into target: inout [UInt8]) throws(TransportError) -> Int? {
        if held.isEmpty {
            // With at least half of the window open, the read that opens it all finds next to nothing to take.
            guard readSince >= windowBytes / 2, unsafe ssh_channel_poll(pointer, 0) == 0 else {
                let got = try unsafe target.withUnsafeMutableBufferPointer { buffer throws(TransportError) in
                    try unsafe take(into: buffer)
                }
                readSince += got ?? 0
                return got
            }
            readSince = 0
            guard let got = try unsafe take(into: scratch), got > 0 else { return isAtEnd ? 0 : nil }
            held = 0..<got
        }
        let count = min(held.count, target.count)
        var span = target.mutableSpan
        unsafe span.copy(
            UnsafeBufferPointer(scratch).span.extracting(held.lowerBound..<held.lowerBound + count))
        held = held.lowerBound + count..<held.upperBound
        readSince += count
        return count
    }

    /// Takes and forgets what has arrived on stdout, as ``read(into:)`` does.
    func discard() throws(TransportError) -> Int? {
        held = 0..<0
        return try unsafe take(into: scratch)
    }

    private func take(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(TransportError) -> Int? {
        let got = unsafe ssh_channel_read_timeout(
            pointer, buffer.baseAddress, UInt32(clamping: buffer.count), 0, 0)
        if got > 0 { return Int(got) }
        switch got {
        case 0, SSH_AGAIN: return isAtEnd ? 0 : nil
        case SSH_EOF: return 0
        default: throw session.error(.closed, "read")
        }
    }

    private var isAtEnd: Bool { unsafe ssh_channel_is_eof(pointer) != 0 }

    /// Takes what has arrived on stderr, without waiting; 0 also when the connection is broken, which the next read
    /// or write tells.
    func readErrors(into target: inout [UInt8]) -> Int {
        let got = unsafe target.withUnsafeMutableBufferPointer { buffer in
            unsafe ssh_channel_read_nonblocking(pointer, buffer.baseAddress, UInt32(buffer.count), 1)
        }
        return max(0, Int(got))
    }

    /// Tells the far end that nothing more will be written.
    func sendEOF() throws(TransportError) {
        let start = session.sentBytes
        guard unsafe ssh_channel_send_eof(pointer) == SSH_OK else { throw session.error(.closed, "close") }
        session.dataSent(1, from: start)
    }

    /// The program's exit status, when it has come.
    var exitStatus: Int32? {
        let status = unsafe ssh_channel_get_exit_status(pointer)
        return status >= 0 ? status : nil
    }
}
