internal import CLibSSH

/// One command running at the far end of a session: non-blocking reads and writes, as libssh means them.
///
/// Follows the rules of SSH.md, section 4, about what libssh's return values mean.
@safe final class SSHChannel {
    /// libssh cuts to packets of 32 KiB itself; from 16 KiB up the size makes no difference.
    private static let writeBytes = 256 << 10

    let session: SSHSession
    private var pointer: OpaquePointer?
    private var errorBuffer = [UInt8](repeating: 0, count: 16 << 10)
    private(set) var tail = StderrTail()

    /// Opens a channel and starts `command`, which the far end's shell reads as it is.
    ///
    /// Waits, and with it every other channel of the session, for at most `connectSeconds` a step.
    init(_ session: SSHSession, command: String) throws(TransportError) {
        self.session = session
        guard let opened = unsafe ssh_channel_new(session.handle) else {
            throw session.error(.closed, "open a channel at")
        }
        unsafe ssh_set_blocking(session.handle, 1)
        defer { unsafe ssh_set_blocking(session.handle, 0) }
        var failure: TransportError?
        let isOpen = unsafe ssh_channel_open_session(opened)
        if isOpen != SSH_OK {
            failure = Self.failure(isOpen, session, "open a channel at", "the far end may allow fewer lanes")
        } else {
            let isStarted = unsafe ssh_channel_request_exec(opened, command)
            if isStarted != SSH_OK {
                failure = Self.failure(isStarted, session, "start the command at", nil)
            }
        }
        if let failure {
            unsafe ssh_channel_free(opened)
            throw failure
        }
        unsafe pointer = opened
        session.channelOpened()
    }

    private static func failure(
        _ result: Int32, _ session: SSHSession, _ operation: String, _ hint: String?
    ) -> TransportError {
        if result == SSH_AGAIN {
            return TransportError(.stalled, operation: operation, peer: session.peer, detail: "no progress")
        }
        return session.isConnected
            ? session.error(.command, operation, hint: hint) : session.error(.closed, operation)
    }

    deinit { close() }

    /// Frees the channel, and the session when it was its last one; idempotent.
    func close() {
        guard let open = unsafe pointer else { return }
        unsafe pointer = nil
        unsafe ssh_channel_free(open)
        session.channelClosed()
    }

    /// Still open in both directions as far as the far end is concerned.
    var isOpen: Bool { unsafe ssh_channel_is_open(pointer) == 1 && session.isConnected }

    /// Hands over what the far end's window takes of `bytes` now; 0 when that is nothing.
    ///
    /// - Throws: `.closed`, also when the far end's program no longer reads.
    func write(_ bytes: Span<UInt8>) throws(TransportError) -> Int {
        let piece = bytes.extracting(first: Self.writeBytes)
        let written = unsafe piece.withUnsafeBufferPointer { buffer in
            unsafe ssh_channel_write(pointer, buffer.baseAddress, UInt32(buffer.count))
        }
        if written > 0 {
            session.dataSent()
            return Int(written)
        }
        guard written == 0 || written == SSH_AGAIN, isOpen else { throw session.error(.closed, "write") }
        return 0
    }

    /// Takes what has arrived on stdout: bytes, 0 at the end, nil when there is nothing yet.
    ///
    /// libssh opens the far end's window to `target.count` bytes: see `SSHOptions.readBytes`.
    func read(into target: inout MutableSpan<UInt8>) throws(TransportError) -> Int? {
        let got = unsafe target.withUnsafeMutableBufferPointer { buffer in
            unsafe ssh_channel_read_timeout(pointer, buffer.baseAddress, UInt32(clamping: buffer.count), 0, 0)
        }
        if got > 0 { return Int(got) }
        switch got {
        case 0, SSH_AGAIN: return unsafe ssh_channel_is_eof(pointer) != 0 ? 0 : nil
        case SSH_EOF: return 0
        default: throw session.error(.closed, "read")
        }
    }

    /// Takes what has arrived on stderr into `tail`, without waiting.
    func drainErrors() {
        // Bounded by the window: what arrives meanwhile is taken next time.
        for _ in 0..<256 {
            let got = unsafe errorBuffer.withUnsafeMutableBufferPointer { buffer in
                unsafe ssh_channel_read_nonblocking(pointer, buffer.baseAddress, UInt32(buffer.count), 1)
            }
            // A broken connection shows in the next read or write.
            guard got > 0 else { return }
            tail.append(errorBuffer.span.extracting(0..<Int(got)))
        }
    }

    /// Tells the far end that nothing more will be written.
    func sendEOF() throws(TransportError) {
        guard unsafe ssh_channel_send_eof(pointer) == SSH_OK else { throw session.error(.closed, "close") }
        session.dataSent()
    }

    /// The program's exit status, when it has come.
    var exitStatus: Int32? {
        let status = unsafe ssh_channel_get_exit_status(pointer)
        return status >= 0 ? status : nil
    }
}
