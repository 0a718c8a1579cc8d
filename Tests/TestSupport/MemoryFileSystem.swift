internal import Glibc
package import Platform
internal import Synchronization

/// Files and folders in memory, for tests that need thousands of stores; nothing of it fails by itself.
package final class MemoryFileSystem: FileSystem {
    private struct Tree {
        var files: [String: MemoryFile] = [:]
        var folders: Set<String> = ["/"]
    }
    private let tree = Mutex(Tree())

    package init() {}

    /// A file system with the same names and contents, which then goes its own way.
    package func copy() -> MemoryFileSystem {
        let copy = MemoryFileSystem()
        let (files, folders) = tree.withLock { ($0.files, $0.folders) }
        copy.tree.withLock { tree in
            tree.files = files.mapValues { MemoryFile($0.bytes, path: $0.path) }
            tree.folders = folders
        }
        return copy
    }

    /// The content of every file, by path.
    package var contents: [String: [UInt8]] { tree.withLock { $0.files.mapValues(\.bytes) } }

    package func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let found = tree.withLock { tree -> MemoryFile? in
            guard mode.makesNew else { return tree.files[path] }
            guard tree.files[path] == nil else { return nil }
            let made = MemoryFile(path: path)
            tree.files[path] = made
            return made
        }
        guard let found else {
            throw SystemError(call: "open", path: path, code: mode.makesNew ? EEXIST : ENOENT)
        }
        return found
    }

    package func status(_ path: String) -> FileStatus? {
        let (file, isFolder) = tree.withLock { ($0.files[path], $0.folders.contains(path)) }
        if let file { return file.status() }
        return isFolder
            ? FileStatus(
                kind: .folder, length: 0, modified: FixedClock().now, device: 1, inode: 2, mode: 0o700,
                owner: 0) : nil
    }

    package func list(_ folder: String) throws(SystemError) -> [String] {
        let prefix = folder + "/"
        let names = tree.withLock { tree -> [String]? in
            guard tree.folders.contains(folder) else { return nil }
            return (Array(tree.files.keys) + tree.folders).compactMap { path in
                guard path.hasPrefix(prefix) else { return nil }
                let name = String(path.dropFirst(prefix.count))
                return name.isEmpty || name.utf8.contains(0x2F) ? nil : name
            }
        }
        guard let names else { throw SystemError(call: "opendir", path: folder, code: ENOENT) }
        return names.sorted()
    }

    @discardableResult package func makeFolder(_ path: String) -> Bool {
        tree.withLock { $0.folders.insert(path).inserted }
    }

    package func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
        try place(existing, new, call: "link", keepsOld: true, replaces: false)
    }

    package func rename(_ old: String, to new: String) throws(SystemError) {
        _ = try place(old, new, call: "rename", keepsOld: false, replaces: true)
    }

    package func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        try place(old, new, call: "rename", keepsOld: false, replaces: false)
    }

    private func place(
        _ old: String, _ new: String, call: String, keepsOld: Bool, replaces: Bool
    ) throws(SystemError) -> Bool {
        let done = tree.withLock { tree -> Bool? in
            guard let file = tree.files[old] else { return nil }
            guard replaces || tree.files[new] == nil else { return false }
            if !keepsOld { tree.files[old] = nil }
            tree.files[new] = file
            return true
        }
        guard let done else { throw SystemError(call: call, path: old, code: ENOENT) }
        return done
    }

    package func exchangeNames(_ one: String, _ other: String) {
        func swapped(_ path: String) -> String {
            for (old, new) in [(one, other), (other, one)] where path == old || path.hasPrefix(old + "/") {
                return new + path.dropFirst(old.count)
            }
            return path
        }
        tree.withLock { tree in
            tree.files = Dictionary(uniqueKeysWithValues: tree.files.map { (swapped($0.key), $0.value) })
            tree.folders = Set(tree.folders.map(swapped))
        }
    }

    package func remove(_ path: String) throws(SystemError) {
        guard tree.withLock({ $0.files.removeValue(forKey: path) }) != nil else {
            throw SystemError(call: "unlink", path: path, code: ENOENT)
        }
    }

    package func removeFolder(_ path: String) { tree.withLock { _ = $0.folders.remove(path) } }

    package func syncFolder(_ path: String) {}

    package func space(_ path: String) -> SpaceStatus {
        SpaceStatus(availableBytes: 1 << 40, totalBytes: 1 << 41)
    }

    package func lock(_ path: String, _ kind: LockKind) -> (any HeldLock)? { FreeLock() }

    /// Everybody gets every lock.
    private final class FreeLock: HeldLock {
        func describe(_ text: String) {}
    }
}
