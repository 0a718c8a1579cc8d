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
    /// A descriptor to wait for, and the direction; closed ends count as ready.
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

extension OwnedDescriptor {
    /// How often an open is tried again while the kernel takes a file back from whoever has a lease on it.
    ///
    /// With the pauses that is longer than the kernel waits (`/proc/sys/fs/lease-break-time`, 45 s).
    private static let leaseTries = 600
    private static let leasePauseMicroseconds: UInt32 = 100_000

    /// Opens a file without waiting for anybody.
    ///
    /// A FIFO would wait for its other end, and a device may wait for anything.
    ///
    /// - Parameter place: The folder that is held open and the name in it; nil for the path itself.
    /// - Throws: ``SystemError/notRegular(_:)`` for a FIFO, a socket or a device; folders are opened.
    convenience init(
        openingFile path: String, at place: (folder: Int32, name: String)? = nil, _ flags: Int32,
        permissions: mode_t = 0
    ) throws(SystemError) {
        try self.init(
            withoutWaiting: path, at: place ?? (AT_FDCWD, path), flags, permissions: permissions)
        let kind = try kind(of: path)
        guard kind == S_IFREG || kind == S_IFDIR else { throw .notRegular(path) }
    }

    /// Opens a file that may also be a device, such as `/dev/null`.
    ///
    /// - Throws: ``SystemError/notRegular(_:)`` for a FIFO or a socket.
    convenience init(openingFileOrDevice path: String, _ flags: Int32) throws(SystemError) {
        try self.init(withoutWaiting: path, at: (AT_FDCWD, path), flags, permissions: 0)
        let kind = try kind(of: path)
        guard kind == S_IFREG || kind == S_IFCHR else { throw .notRegular(path) }
    }

    /// Opens whatever has that name; its reads and writes wait as usual.
    private convenience init(
        withoutWaiting path: String, at place: (folder: Int32, name: String), _ flags: Int32,
        permissions: mode_t
    ) throws(SystemError) {
        self.init(try Self.number(opening: path, at: place, flags, permissions))
        // Regular files know no difference; some file systems in user space do.
        let now = fcntl(number, F_GETFL)
        if now >= 0 { _ = fcntl(number, F_SETFL, now & ~O_NONBLOCK) }
    }

    private static func number(
        opening path: String, at place: (folder: Int32, name: String), _ flags: Int32,
        _ permissions: mode_t
    ) throws(SystemError) -> Int32 {
        for _ in 0..<leaseTries {
            let number = unsafe openat(
                place.folder, place.name, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, permissions)
            if number >= 0 { return number }
            let error = SystemError.last("open", path)
            switch error.code {
            case EINTR: break
            case EWOULDBLOCK: _ = usleep(leasePauseMicroseconds)
            // A socket, or a device that nobody drives.
            case ENXIO: throw .notRegular(path)
            default: throw error
            }
        }
        throw SystemError(call: "open", path: path, code: EWOULDBLOCK)
    }

    private func kind(of path: String) throws(SystemError) -> mode_t {
        var found = stat()
        guard unsafe fstat(number, &found) == 0 else { throw .last("stat", path) }
        return found.st_mode & S_IFMT
    }
}
