package import Platform
internal import Synchronization

/// Files whose locks exclude each other, as those of a real file system do.
package final class LockingFiles: FileSystemDecorator {
    package let base: any FileSystem
    private let table = LockTable()

    package init(_ base: any FileSystem) { self.base = base }

    package func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
        guard table.acquire(path, exclusively: kind == .exclusive) else { return nil }
        if try base.status(path) == nil { _ = try base.open(path, .create) }
        return Held(table, path, isExclusive: kind == .exclusive)
    }

    /// Who holds what: of each path the count of shared holders, or -1 for an exclusive one.
    private final class LockTable: Sendable {
        private let holders = Mutex<[String: Int]>([:])

        func acquire(_ path: String, exclusively: Bool) -> Bool {
            holders.withLock { holders in
                let count = holders[path] ?? 0
                guard exclusively ? count == 0 : count >= 0 else { return false }
                holders[path] = exclusively ? -1 : count + 1
                return true
            }
        }

        func release(_ path: String, isExclusive: Bool) {
            holders.withLock { $0[path, default: 0] += isExclusive ? 1 : -1 }
        }
    }

    private final class Held: HeldLock {
        private let table: LockTable
        private let path: String
        private let isExclusive: Bool

        init(_ table: LockTable, _ path: String, isExclusive: Bool) {
            self.table = table
            self.path = path
            self.isExclusive = isExclusive
        }

        deinit { table.release(path, isExclusive: isExclusive) }

        func describe(_ text: String) {}
    }
}
