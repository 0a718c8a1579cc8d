import Glibc
import Platform
import Synchronization
import TestSupport

/// Files of which one change fails, and all after it, as when the program is killed there.
final class FailingFiles: FileSystemDecorator {
    let base: any FileSystem
    private let left: Mutex<Int>

    /// - Parameter changes: How many changes succeed.
    init(_ base: any FileSystem, after changes: Int) {
        self.base = base
        left = Mutex(changes)
    }

    /// True when the change that fails was reached.
    var hasFailed: Bool { left.withLock { $0 < 0 } }

    fileprivate func change(_ call: String, _ path: String) throws(SystemError) {
        guard
            left.withLock({ left in
                left -= 1
                return left >= 0
            })
        else { throw SystemError(call: call, path: path, code: EIO) }
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        if mode.makesNew { try change("open", path) }
        return File(base: try base.open(path, mode), files: self)
    }

    func remove(_ path: String) throws(SystemError) {
        try change("unlink", path)
        try base.remove(path)
    }

    func syncFolder(_ path: String) throws(SystemError) {
        try change("fsync", path)
        try base.syncFolder(path)
    }

    private final class File: OpenFileDecorator {
        let base: any OpenFile
        private let files: FailingFiles

        init(base: any OpenFile, files: FailingFiles) {
            self.base = base
            self.files = files
        }

        /// A write that fails has happened in part.
        func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
            do throws(SystemError) { try files.change("write", path) } catch {
                try? base.write(bytes.extracting(0..<bytes.count / 2), at: offset)
                throw error
            }
            try base.write(bytes, at: offset)
        }

        func truncate(to length: Int) throws(SystemError) {
            try files.change("truncate", path)
            try base.truncate(to: length)
        }

        func sync() throws(SystemError) {
            try files.change("fsync", path)
            try base.sync()
        }
    }
}
