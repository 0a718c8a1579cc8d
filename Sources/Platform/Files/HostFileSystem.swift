internal import CLinux
internal import Glibc

/// The file system of this host.
package struct HostFileSystem: FileSystem {
    package init() {}

    package func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .create, .createReadable: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
            case .update: O_RDWR
            }
        let descriptor = try OwnedDescriptor(
            openingFile: path, flags, permissions: mode == .createReadable ? 0o644 : 0o600)
        return HostFile(descriptor, path: path)
    }

    package func status(_ path: String) throws(SystemError) -> FileStatus? {
        var found = stat()
        guard unsafe stat(path, &found) == 0 else {
            let error = SystemError.last("stat", path)
            if error.isNotFound { return nil }
            throw error
        }
        return FileStatus(found)
    }

    package func list(_ folder: String) throws(SystemError) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw .last("open", folder) }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .last("list", folder) }
        return names.sorted()
    }

    @discardableResult package func makeFolder(_ path: String) throws(SystemError) -> Bool {
        if unsafe mkdir(path, 0o700) == 0 { return true }
        let error = SystemError.last("make folder", path)
        if error.code == EEXIST, try status(path)?.kind == .folder { return false }
        throw error
    }

    package func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
        if unsafe linkat(AT_FDCWD, existing, AT_FDCWD, new, AT_SYMLINK_FOLLOW) == 0 { return true }
        if errno == EEXIST { return false }
        throw .last("link", new)
    }

    package func rename(_ old: String, to new: String) throws(SystemError) {
        guard unsafe Glibc.rename(old, new) == 0 else { throw .last("rename", new) }
    }

    package func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        let result = unsafe clinux_rename_noreplace(old, new)
        if result == 0 { return true }
        if result == -EEXIST { return false }
        if result == -EINVAL || result == -ENOSYS {
            // NFS, many FUSE file systems: the same in two steps, still without replacing.
            guard try linkNoReplace(old, to: new) else { return false }
            try remove(old)
            return true
        }
        throw SystemError(call: "rename", path: new, code: -result)
    }

    package func exchangeNames(_ one: String, _ other: String) throws(SystemError) {
        let result = unsafe clinux_rename_exchange(one, other)
        if result != 0 { throw SystemError(call: "exchange", path: other, code: -result) }
    }

    package func remove(_ path: String) throws(SystemError) {
        guard unsafe unlink(path) == 0 else { throw .last("remove", path) }
    }

    package func removeFolder(_ path: String) throws(SystemError) {
        guard unsafe rmdir(path) == 0 else { throw .last("remove", path) }
    }

    package func syncFolder(_ path: String) throws(SystemError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open", path) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
    }

    package func space(_ path: String) throws(SystemError) -> SpaceStatus {
        var found = statvfs()
        guard unsafe statvfs(path, &found) == 0 else { throw .last("statvfs", path) }
        let unit = Int(clamping: found.f_frsize)
        return SpaceStatus(
            availableBytes: Int(clamping: found.f_bavail).saturatingMultiply(unit),
            totalBytes: Int(clamping: found.f_blocks).saturatingMultiply(unit))
    }

    package func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
        let descriptor = try OwnedDescriptor(
            openingFile: path, O_RDWR | O_CREAT | O_NOFOLLOW, permissions: 0o600)
        let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
        while flock(descriptor.number, operation) != 0 {
            if errno == EINTR { continue }
            let error = SystemError.last("lock", path)
            if error.code == EWOULDBLOCK { return nil }
            throw error
        }
        return HostLock(HostFile(descriptor, path: path))
    }
}

/// A `flock` on a held descriptor: gone with the descriptor, so with the process.
///
/// The file is only reached through `describe`, whose calls are whole system calls of their own.
private final class HostLock: HeldLock, @unchecked Sendable {
    private let file: HostFile
    init(_ file: HostFile) { self.file = file }

    func describe(_ text: String) throws(SystemError) {
        try file.truncate(to: 0)
        try file.write(Array(text.utf8).span, at: 0)
    }
}
