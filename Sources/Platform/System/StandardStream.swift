internal import CLinux
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

/// A terminal behind one of the standard streams.
package struct Terminal: Sendable {
    private let descriptor: Int32

    /// Nil when the stream is a file, a pipe, or closed.
    package init?(_ stream: StandardStream) {
        guard isatty(stream.descriptor) == 1 else { return nil }
        descriptor = stream.descriptor
    }

    /// Width in columns, asked again each time because windows change; 80 where the terminal does not know.
    package var columns: Int {
        let found = Int(clinux_terminal_columns(descriptor))
        return found > 0 ? found : 80
    }
}

/// The journal of systemd, as the reader of one of our streams.
package enum JournalStream {
    /// Returns true if `stream` goes to the journal: `JOURNAL_STREAM` has its device and inode.
    package static func takes(_ stream: StandardStream, _ environment: HostEnvironment) -> Bool {
        guard let named = environment.value("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard unsafe fstat(stream.descriptor, &status) == 0 else { return false }
        return named == "\(status.st_dev):\(status.st_ino)"
    }
}
