/// A command at the far end of an SSH connection, in this process, through libssh.
///
/// Two directions share one thread: while a write waits, stderr is drained but stdout is not, beyond what the
/// window holds. A caller that writes without ever reading to a program that answers without bound meets the
/// progress deadline, not a hang.
///
/// libssh reports a command that was killed as a clean end of stream: `read` returns 0, and only `finish()` tells,
/// by its missing status. An end of stream before the first byte waits for the exit status, and becomes a
/// `.command` error when the far end's shell says by it that it could not start the program.
package final class SSHTransport: Transport {
    /// How long an ended stream waits for the exit status that explains it.
    private static let explanationSeconds = 5

    private let channel: SSHChannel
    private let peer: String
    private let options: SSHOptions
    /// What was read ahead of what was asked for.
    private var ahead: [UInt8] = []
    private var aheadRange = 0..<0
    private var isEOFSent = false
    private var hasFailed = false
    private var end: TransportEnd?
    package private(set) var sentBytes = 0
    package private(set) var receivedBytes = 0

    /// Connects and starts `command`, which is handed to the far end's shell as it is (see `ShellQuote`).
    package convenience init(
        to destination: SSHDestination, command: String, options: SSHOptions = SSHOptions()
    ) throws(TransportError) {
        try self.init(in: SSHSession.connect(to: destination, options: options), command: command)
    }

    /// Starts `command` in a channel of its own of a connection there is.
    ///
    /// Transports of one session belong to one thread; the connection ends with the last of them.
    package init(in session: SSHSession, command: String) throws(TransportError) {
        channel = try SSHChannel(session, command: command)
        peer = session.peer
        options = session.options
    }

    package func writeAll(_ bytes: Span<UInt8>) throws(TransportError) {
        var done = 0
        var deadline = Deadline(seconds: options.progressSeconds)
        while done < bytes.count {
            let seen = channel.session.takenBytes
            channel.drainErrors()
            let written: Int
            do throws(TransportError) {
                written = try channel.write(bytes.extracting(droppingFirst: done))
            } catch {
                throw explained(error)
            }
            done += written
            sentBytes += written
            if written > 0 {
                deadline = Deadline(seconds: options.progressSeconds)
            } else {
                try wait(until: deadline, seen: seen, "write")
            }
        }
    }

    package func read(into target: inout MutableSpan<UInt8>) throws(TransportError) -> Int {
        if target.isEmpty { return 0 }
        if aheadRange.isEmpty {
            let got = try readAhead()
            if got == 0 { return 0 }
            aheadRange = 0..<got
        }
        let count = min(aheadRange.count, target.count)
        for index in 0..<count { target[index] = ahead[aheadRange.lowerBound + index] }
        aheadRange = (aheadRange.lowerBound + count)..<aheadRange.upperBound
        receivedBytes += count
        return count
    }

    /// Waits for bytes and puts them into `ahead`; 0 at the end of the stream.
    private func readAhead() throws(TransportError) -> Int {
        if ahead.isEmpty { ahead = [UInt8](repeating: 0, count: max(1, options.readBytes)) }
        let deadline = Deadline(seconds: options.progressSeconds)
        while true {
            let seen = channel.session.takenBytes
            channel.drainErrors()
            var span = ahead.mutableSpan
            let got: Int?
            do throws(TransportError) { got = try channel.read(into: &span) } catch { throw explained(error) }
            guard let got else {
                try wait(until: deadline, seen: seen, "read")
                continue
            }
            if got == 0, receivedBytes == 0, let error = explainedEnd("read") { throw error }
            return got
        }
    }

    package func closeWrite() throws(TransportError) {
        if isEOFSent { return }
        isEOFSent = true
        do throws(TransportError) { try channel.sendEOF() } catch { throw explained(error) }
    }

    /// Waits for the far end's program, at most the progress deadline, and disconnects; idempotent.
    ///
    /// Unread output is thrown away; a program that still writes a lot of it is not waited for.
    package func finish() -> TransportEnd {
        if let end { return end }
        // What has failed is not waited for again, but its exit status may have arrived. A failing close is a
        // lost connection, which the missing status tells.
        if !hasFailed { try? closeWrite() }
        let status = awaitStatus(Deadline(seconds: hasFailed ? 0 : options.progressSeconds), discarding: true)
        channel.drainErrors()
        let found = TransportEnd(status: status, stderr: channel.tail.text)
        channel.close()
        end = found
        return found
    }

    // MARK: waiting and explaining

    private func wait(until deadline: Deadline, seen: UInt64, _ operation: String) throws(TransportError) {
        let isInTime: Bool
        do throws(TransportError) { isInTime = try channel.session.wait(until: deadline, seen: seen) } catch {
            throw explained(error)
        }
        if isInTime { return }
        hasFailed = true
        throw .stalled(operation, peer: peer, stderr: channel.tail.text)
    }

    /// The exit status, waiting for it until `deadline`; nil when the channel ended without one.
    private func awaitStatus(_ deadline: Deadline, discarding: Bool) -> Int32? {
        var discardedBytes = 0
        while true {
            let seen = channel.session.takenBytes
            if let status = channel.exitStatus { return status }
            channel.drainErrors()
            if discarding {
                if ahead.isEmpty { ahead = [UInt8](repeating: 0, count: max(1, options.readBytes)) }
                var span = ahead.mutableSpan
                let got: Int?
                do throws(TransportError) { got = try channel.read(into: &span) } catch {
                    return channel.exitStatus
                }
                discardedBytes += got ?? 0
                if discardedBytes > 4 * ahead.count { return nil }
                if let got, got > 0 { continue }
            }
            guard channel.isOpen, (try? channel.session.wait(until: deadline, seen: seen)) == true else {
                return channel.exitStatus
            }
        }
    }

    /// The error that the exit status after an empty answer stands for, if it stands for one.
    private func explainedEnd(_ operation: String) -> TransportError? {
        guard let status = awaitStatus(Deadline(seconds: Self.explanationSeconds), discarding: false) else {
            return nil
        }
        channel.drainErrors()
        return ExitDiagnosis.program.error(
            status: status, stderr: channel.tail.text, operation: operation, peer: peer)
    }

    /// `error`, or what is behind it when the far end's program could not be started; with its stderr.
    private func explained(_ error: TransportError) -> TransportError {
        hasFailed = true
        channel.drainErrors()
        let stderr = channel.tail.text
        if receivedBytes == 0, let status = channel.exitStatus,
            let behind = ExitDiagnosis.program.error(
                status: status, stderr: stderr, operation: error.operation, peer: peer)
        {
            return behind
        }
        guard error.kind == .closed else { return error }
        return .closed(error.operation, peer: peer, reason: error.detail, stderr: stderr)
    }
}
