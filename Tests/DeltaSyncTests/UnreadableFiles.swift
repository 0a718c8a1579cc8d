import Glibc
import Platform
import Synchronization
import TestSupport

/// Files some of which the disk does not give back: reading them fails until another one has their name.
final class UnreadableFiles: FileSystemDecorator {
    let base: any FileSystem
    private let lost = Mutex<Set<String>>([])

    init(_ base: any FileSystem) { self.base = base }

    func lose(_ path: String) { lost.withLock { _ = $0.insert(path) } }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        let file = try base.open(path, mode)
        return lost.withLock { $0.contains(path) } ? File(base: file) : file
    }

    func renameNoReplace(_ old: String, to new: String) throws(SystemError) -> Bool {
        let isDone = try base.renameNoReplace(old, to: new)
        if isDone { lost.withLock { if $0.remove(old) != nil { $0.insert(new) } } }
        return isDone
    }

    private final class File: OpenFileDecorator {
        let base: any OpenFile
        init(base: any OpenFile) { self.base = base }

        func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
            throw SystemError(call: "read", path: path, code: EIO)
        }
    }
}
