internal import Glibc

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
