internal import CLinux
internal import Glibc

/// The file system of this host.
package struct HostFileSystem: FileSystem {
    /// A name in a folder; the folder is `AT_FDCWD` where the name is a path.
    private struct Target {
        let folder: Int32
        let name: String
        let isConfined: Bool

        /// The flags that keep the last name from being followed.
        var openFlags: Int32 { isConfined ? O_NOFOLLOW : 0 }
        var statusFlags: Int32 { isConfined ? AT_SYMLINK_NOFOLLOW : 0 }
    }

    private let confined: ConfinedFolders?

    /// - Parameter confined: Folders below which no link is followed.
    package init(confined: ConfinedFolders? = nil) { self.confined = confined }

    /// Does `body` with where a path is; the folder is held open meanwhile.
    private func at<R>(_ path: String, _ body: (Target) throws(SystemError) -> R) throws(SystemError) -> R {
        guard let confined, let place = confined.place(of: path) else {
            return try body(Target(folder: AT_FDCWD, name: path, isConfined: false))
        }
        let folder = try confined.open(place, path)
        defer { withExtendedLifetime(folder) {} }
        return try body(Target(folder: folder.number, name: place.name, isConfined: true))
    }

    package func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .create, .createReadable: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW
            case .update: O_RDWR
            }
        let permissions: mode_t = mode == .createReadable ? 0o644 : 0o600
        let descriptor = try at(path) { (target) throws(SystemError) in
            try OwnedDescriptor(
                openingFile: path, at: (target.folder, target.name), flags | target.openFlags,
                permissions: permissions)
        }
        return HostFile(descriptor, path: path)
    }

    package func status(_ path: String) throws(SystemError) -> FileStatus? {
        do throws(SystemError) {
            return try at(path) { (target) throws(SystemError) in
                var found = stat()
                guard unsafe fstatat(target.folder, target.name, &found, target.statusFlags) == 0 else {
                    throw .last("stat", path)
                }
                return FileStatus(found)
            }
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    package func list(_ folder: String) throws(SystemError) -> [String] {
        let descriptor = try openFolder(folder)
        guard let stream = unsafe fdopendir(descriptor) else {
            let error = SystemError.last("open", folder)
            _ = close(descriptor)
            throw error
        }
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

    private func openFolder(_ path: String) throws(SystemError) -> Int32 {
        try at(path) { (target) throws(SystemError) in
            let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | target.openFlags
            let descriptor = unsafe openat(target.folder, target.name, flags)
            guard descriptor >= 0 else { throw .last("open", path) }
            return descriptor
        }
    }

    @discardableResult package func makeFolder(_ path: String) throws(SystemError) -> Bool {
        let failure = try at(path) { (target) throws(SystemError) -> SystemError? in
            unsafe mkdirat(target.folder, target.name, 0o700) == 0 ? nil : .last("make folder", path)
        }
        guard let failure else { return true }
        if failure.code == EEXIST, try status(path)?.kind == .folder { return false }
        throw failure
    }

    package func give(_ folder: String, to owner: FileOwner) throws(SystemError) {
        let descriptor = try openFolder(folder)
        defer { _ = close(descriptor) }
        guard fchown(descriptor, owner.user, owner.group) == 0 else { throw .last("chown", folder) }
    }

    package func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
        try at(existing) { (from) throws(SystemError) in
            try at(new) { (to) throws(SystemError) in
                let flags = from.isConfined ? 0 : AT_SYMLINK_FOLLOW
                if unsafe linkat(from.folder, from.name, to.folder, to.name, flags) == 0 { return true }
                if errno == EEXIST { return false }
                throw .last("link", new)
            }
        }
    }

    package func rename(_ old: String, to new: String) throws(SystemError) {
        try at(old) { (from) throws(SystemError) in
            try at(new) { (to) throws(SystemError) in
                guard unsafe renameat(from.folder, from.name, to.folder, to.name) == 0 else {
                    throw .last("rename", new)
                }
            }
        }
    }

    package func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        let result = try at(old) { (from) throws(SystemError) in
            try at(new) { (to) throws(SystemError) in
                unsafe clinux_rename_noreplace(from.folder, from.name, to.folder, to.name)
            }
        }
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
        let result = try at(one) { (first) throws(SystemError) in
            try at(other) { (second) throws(SystemError) in
                unsafe clinux_rename_exchange(first.folder, first.name, second.folder, second.name)
            }
        }
        if result != 0 { throw SystemError(call: "exchange", path: other, code: -result) }
    }

    package func remove(_ path: String) throws(SystemError) { try unlink(path, flags: 0) }

    package func removeFolder(_ path: String) throws(SystemError) { try unlink(path, flags: AT_REMOVEDIR) }

    private func unlink(_ path: String, flags: Int32) throws(SystemError) {
        try at(path) { (target) throws(SystemError) in
            guard unsafe unlinkat(target.folder, target.name, flags) == 0 else { throw .last("remove", path) }
        }
    }

    package func syncFolder(_ path: String) throws(SystemError) {
        let descriptor = try openFolder(path)
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
        let descriptor = try at(path) { (target) throws(SystemError) in
            try OwnedDescriptor(
                openingFile: path, at: (target.folder, target.name), O_RDWR | O_CREAT | O_NOFOLLOW,
                permissions: 0o600)
        }
        let operation = (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB
        while flock(descriptor.number, operation) != 0 {
            if errno == EINTR { continue }
            let error = SystemError.last("lock", path)
            if error.code == EWOULDBLOCK { return nil }
            throw error
        }
        let file = HostFile(descriptor, path: path)
        // Whoever takes the folder away meanwhile leaves a lock that keeps nobody out.
        let (held, named) = (try file.status(), try status(path))
        guard held.device == named?.device, held.inode == named?.inode else { return nil }
        return HostLock(file)
    }
}

/// A `flock` on a held descriptor: released with its last reference, and by the kernel when the process ends.
///
/// Closing the descriptor would not do: a program that is being started has a copy of it until its `exec`.
/// The file is only reached through `describe`, whose calls are whole system calls of their own.
private final class HostLock: HeldLock, @unchecked Sendable {
    private let file: HostFile
    init(_ file: HostFile) { self.file = file }

    deinit { _ = flock(file.descriptor, LOCK_UN) }

    func describe(_ text: String) throws(SystemError) {
        try file.truncate(to: 0)
        try file.write(Array(text.utf8).span, at: 0)
    }
}
