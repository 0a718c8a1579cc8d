internal import Glibc

/// Standard output or standard error of this process.
package enum StandardStream: Sendable {
    case output
    case errors

    var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

    /// Writes every byte, continuing after short writes, signals and a full non-blocking pipe.
    ///
    /// - Throws: `SystemError`; ``SystemError/isClosedPipe`` when the reader has gone.
    package func write(_ bytes: Span<UInt8>) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let written = unsafe bytes.extracting(droppingFirst: done).withUnsafeBufferPointer { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if written >= 0 {
                done += written
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&wait, 1, -1)
            } else if errno != EINTR {
                throw .last("write", self == .output ? "standard output" : "standard error")
            }
        }
    }

    /// Opens `/dev/null` in the place of each standard stream that this process was started without.
    ///
    /// To be called before anything is opened: else a file or a pipe would get the number, and be taken for the stream.
    package static func replaceMissing() {
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
            var opened = unsafe open("/dev/null", O_RDWR)
            // Without devices the number is taken all the same; every use of it is an error.
            if opened < 0 { opened = unsafe open("/", O_RDONLY | O_DIRECTORY) }
            guard opened >= 0, opened != number else { continue }
            _ = dup2(opened, number)
            _ = close(opened)
        }
    }

    /// Makes a write to a pipe without reader an error instead of the end of this process.
    ///
    /// Programs that this one starts get the default back.
    package static func survivePipesWithoutReader() { _ = signal(SIGPIPE, SIG_IGN) }
}

extension SystemError {
    /// The reader of a pipe has gone.
    package var isClosedPipe: Bool { code == EPIPE }
}
