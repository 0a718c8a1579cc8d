internal import Glibc

/// A byte stream over a descriptor of its own: a pipe, a socket, or what this process was started with.
///
/// Closed when the last reference goes. From the first one on, this process ignores `SIGPIPE`: writing to an
/// end that has gone is an error of the call. Its properties never change, so threads may share it.
package final class DescriptorStream: ByteInput, ByteOutput, Sendable {
    /// The name in error messages.
    package let name: String
    private let descriptor: Int32

    init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        _ = signal(SIGPIPE, SIG_IGN)
    }

    deinit { _ = close(descriptor) }

    /// The program's standard input.
    package static func standardInput() throws(SystemError) -> DescriptorStream {
        try duplicate(STDIN_FILENO, "standard input")
    }

    /// The program's standard output, for this stream alone.
    ///
    /// Later output of other code goes to standard error, so that it cannot get between messages.
    package static func claimStandardOutput() throws(SystemError) -> DescriptorStream {
        let stream = try duplicate(STDOUT_FILENO, "standard output")
        guard dup2(STDERR_FILENO, STDOUT_FILENO) >= 0 else { throw .last("dup2", stream.name) }
        return stream
    }

    /// Two streams that are each other's far end (`socketpair`).
    package static func pair() throws(SystemError) -> (DescriptorStream, DescriptorStream) {
        var ends: [Int32] = [-1, -1]
        let result = unsafe ends.withUnsafeMutableBufferPointer { ends in
            unsafe socketpair(
                AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, ends.baseAddress)
        }
        guard result == 0 else { throw .last("socketpair", "") }
        return (DescriptorStream(ends[0], name: "near end"), DescriptorStream(ends[1], name: "far end"))
    }

    package func read(into target: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        while true {
            let got = unsafe target.withUnsafeMutableBufferPointer { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if got >= 0 { return got }
            try waitUnlessFatal("read", for: POLLIN)
        }
    }

    package func wait(milliseconds: Int) throws(SystemError) -> Bool {
        try poll(for: POLLIN, milliseconds: Int32(clamping: milliseconds))
    }

    package func writeAll(_ bytes: Span<UInt8>) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let written = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if written >= 0 { done += written } else { try waitUnlessFatal("write", for: POLLOUT) }
        }
    }

    /// Ends a socket in one direction or both; the other end reads end of file.
    package func shutDown(reading: Bool, writing: Bool) {
        guard reading || writing else { return }
        let how = reading && writing ? SHUT_RDWR : reading ? SHUT_RD : SHUT_WR
        _ = shutdown(descriptor, Int32(how))
    }

    /// After a failed call: nothing to do when it was interrupted; waits where somebody made the pipe non-blocking.
    private func waitUnlessFatal(_ call: String, for events: Int32) throws(SystemError) {
        let error = SystemError.last(call, name)
        if error.code == EINTR { return }
        guard error.code == EAGAIN else { throw error }
        _ = try poll(for: events, milliseconds: -1)
    }

    /// False when nothing happened in that time, which begins again after an interruption; below zero for ever.
    private func poll(for events: Int32, milliseconds: Int32) throws(SystemError) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let count = unsafe Glibc.poll(&wait, 1, milliseconds)
            if count >= 0 { return count > 0 }
            let error = SystemError.last("poll", name)
            guard error.code == EINTR else { throw error }
        }
    }

    private static func duplicate(_ descriptor: Int32, _ name: String) throws(SystemError) -> DescriptorStream
    {
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard own >= 0 else { throw .last("dup", name) }
        return DescriptorStream(own, name: name)
    }
}
