import Platform
import Synchronization
import TestSupport

/// Files through which one step of the commit protocol goes wrong.
///
/// A temporary file's content is synced when it gets its name, since only that tells what it is.
final class MutantFiles: FileSystemDecorator {
    let base: any FileSystem
    private let mutation: Mutation
    /// Temporary files that were to be synced.
    private let synced = Mutex<Set<String>>([])
    /// Names that come late.
    private let late = Mutex<[(old: String, new: String)]>([])

    init(_ base: any FileSystem, _ mutation: Mutation) {
        self.base = base
        self.mutation = mutation
    }

    private static func isTemporary(_ path: String) -> Bool {
        path.contains("/tmp/") || path.hasSuffix("partial")
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        File(base: try base.open(path, mode), files: self)
    }

    func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
        if case .lateName(let part) = mutation, Mutation.means(part, new) {
            late.withLock { $0.append((existing, new)) }
            return true
        }
        let base = base
        return try named(existing, new) { () throws(SystemError) in
            if case .replaces(let part) = mutation, Mutation.means(part, new) {
                if try base.status(new) != nil { try base.remove(new) }
            }
            return try base.linkNoReplace(existing, to: new)
        }
    }

    func rename(_ old: String, to new: String) throws(SystemError) {
        _ = try named(old, new) { () throws(SystemError) in
            try base.rename(old, to: new)
            return true
        }
    }

    func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        try named(old, new) { () throws(SystemError) in
            if case .replaces(let part) = mutation, Mutation.means(part, new) {
                try base.rename(old, to: new)
                return true
            }
            return try base.renameNoReplace(old, to: new)
        }
    }

    /// Gives a temporary file its name, and syncs it before, after or not at all.
    private func named(
        _ old: String, _ new: String, _ give: () throws(SystemError) -> Bool
    ) throws(SystemError) -> Bool {
        guard synced.withLock({ $0.remove(old) }) != nil else { return try give() }
        switch mutation {
        case .noSync(let part) where Mutation.means(part, new): return try give()
        case .lateSync(let part) where Mutation.means(part, new):
            let file = try base.open(old, .update)
            let result = try give()
            try file.sync()
            return result
        case .earlySync(let part) where Mutation.means(part, new):
            let file = try base.open(old, .update)
            let half = try file.status().length / 2
            let end = try file.bytes(at: half, count: try file.status().length - half)
            try file.truncate(to: half)
            try file.sync()
            try file.write(end.span, at: half)
            return try give()
        default:
            try sync(try base.open(old, .update))
            return try give()
        }
    }

    func remove(_ path: String) throws(SystemError) {
        if late.withLock({ $0.contains { $0.old == path } }) { return }
        try base.remove(path)
    }

    func syncFolder(_ path: String) throws(SystemError) {
        switch mutation {
        case .noFolderSync(let part) where Mutation.means(part, path): return
        case .parentSync(let part) where Mutation.means(part, path):
            try base.syncFolder(PathText.folder(of: path))
        case .ignoresFolderSyncFailure: try? base.syncFolder(path)
        case .syncsAgain:
            do throws(SystemError) { try base.syncFolder(path) } catch { try base.syncFolder(path) }
        default: try base.syncFolder(path)
        }
        guard Mutation.means("/points", path) else { return }
        for (old, new) in late.withLock({ exchange(&$0, with: []) }) {
            _ = try named(old, new) { () throws(SystemError) in try base.linkNoReplace(old, to: new) }
            try base.remove(old)
            try base.syncFolder(PathText.folder(of: new))
        }
    }

    func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
        mutation == .noLock ? NoLock() : try base.lock(path, kind)
    }

    private func sync(_ file: any OpenFile) throws(SystemError) {
        do throws(SystemError) { try file.sync() } catch {
            switch mutation {
            case .ignoresSyncFailure: return
            case .syncsAgain: try file.sync()
            default: throw error
            }
        }
    }

    private final class NoLock: HeldLock {
        func describe(_ text: String) {}
    }

    private final class File: OpenFileDecorator {
        let base: any OpenFile
        private let files: MutantFiles

        init(base: any OpenFile, files: MutantFiles) {
            self.base = base
            self.files = files
        }

        func sync() throws(SystemError) {
            if MutantFiles.isTemporary(path) {
                files.synced.withLock { _ = $0.insert(path) }
            } else if case .noSync(let part) = files.mutation, Mutation.means(part, path) {
                return
            } else {
                try files.sync(base)
            }
        }

        func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
            do throws(SystemError) { try base.write(bytes, at: offset) } catch {
                guard files.mutation == .ignoresWriteFailure else { throw error }
            }
        }
    }
}
