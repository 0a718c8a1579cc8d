internal import CLinux
internal import Glibc

/// A file descriptor that is closed with the last reference to it.
final class OwnedDescriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { _ = close(number) }

    /// Makes reads and writes return at once; concerns this end of a pipe only.
    func setNonBlocking() throws(SystemError) {
        let flags = fcntl(number, F_GETFL)
        guard flags >= 0, fcntl(number, F_SETFL, flags | O_NONBLOCK) == 0 else { throw .last("fcntl", "") }
    }

    /// A pipe that programs started by us do not inherit by accident.
    static func pipe() throws(SystemError) -> (read: OwnedDescriptor, write: OwnedDescriptor) {
        var ends: [Int32] = [-1, -1]
        let result = unsafe clinux_pipe(&ends)
        guard result == 0 else { throw SystemError(call: "pipe", path: "", code: -result) }
        return (OwnedDescriptor(ends[0]), OwnedDescriptor(ends[1]))
    }

    /// Reads once into the start of `target`: bytes, 0 at the end, nil when nothing is there yet.
    func read(into target: inout MutableSpan<UInt8>) throws(SystemError) -> Int? {
        while true {
            let got = unsafe target.withUnsafeMutableBufferPointer { buffer in
                unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
            }
            if got >= 0 { return got }
            if errno == EAGAIN { return nil }
            if errno != EINTR { throw .last("read", "") }
        }
    }

    /// Writes once from the start of `bytes`: how many, 0 when nothing can be taken now.
    func write(_ bytes: Span<UInt8>) throws(SystemError) -> Int {
        while true {
            let written = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe Glibc.write(number, buffer.baseAddress, buffer.count)
            }
            if written >= 0 { return written }
            if errno == EAGAIN { return 0 }
            if errno != EINTR { throw .last("write", "") }
        }
    }
}

/// Waits until one of a few descriptors can be read or written.
enum Readiness {
    /// What to wait for: a descriptor, and whether it is for writing; closed ends count as ready.
    struct Wish {
        let descriptor: Int32
        var reading = true
        var writing = false
    }

    /// Returns which of `wishes` are ready; none of them when `milliseconds` (nil: for ever) have passed.
    static func wait(for wishes: [Wish], milliseconds: Int?) throws(SystemError) -> [Bool] {
        var entries = wishes.map { wish in
            pollfd(
                fd: wish.descriptor,
                events: Int16((wish.reading ? POLLIN : 0) | (wish.writing ? POLLOUT : 0)), revents: 0)
        }
        let deadline = Deadline(milliseconds: milliseconds)
        while true {
            let left = deadline.remainingMilliseconds.map { Int32(clamping: $0) } ?? -1
            if unsafe poll(&entries, nfds_t(entries.count), left) >= 0 {
                return entries.map { $0.revents != 0 }
            }
            guard errno == EINTR else { throw .last("poll", "") }
        }
    }
}
