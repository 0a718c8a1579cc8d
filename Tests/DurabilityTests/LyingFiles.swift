import Platform
import Synchronization
import TestSupport

/// A disk that answers one listing or one opening wrongly, and all others right.
final class LyingFiles: FileSystemDecorator {
    enum Lie: CaseIterable, Sendable {
        /// Of a listing: an error, nothing, all but the first name, all but the last one, every second.
        case listError, listsNothing, lacksFirst, lacksLast, lacksHalf
        /// Of an opening: an error, no such file, a file that ends in its middle.
        case openError, isNotThere, isShort

        var isOfListings: Bool {
            [.listError, .listsNothing, .lacksFirst, .lacksLast, .lacksHalf].contains(self)
        }
    }

    let base: any FileSystem
    private let lie: Lie
    private let left: Mutex<Int>

    /// - Parameter call: The listing or opening that it is, from 1.
    init(_ base: any FileSystem, _ lie: Lie, at call: Int) {
        self.base = base
        self.lie = lie
        left = Mutex(call)
    }

    /// Whether it came to the lie.
    var hasLied: Bool { left.withLock { $0 <= 0 } }

    private func lies() -> Bool {
        left.withLock { left in
            left -= 1
            return left == 0
        }
    }

    func list(_ folder: String) throws(SystemError) -> [String] {
        guard lie.isOfListings, lies() else { return try base.list(folder) }
        let names = try base.list(folder).sorted()
        switch lie {
        case .listsNothing: return []
        case .lacksFirst: return Array(names.dropFirst())
        case .lacksLast: return Array(names.dropLast())
        case .lacksHalf: return names.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        default: throw SystemError(call: "getdents", path: folder, code: 5)
        }
    }

    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        guard !lie.isOfListings, lies() else { return try base.open(path, mode) }
        switch lie {
        case .isShort: return Short(base: try base.open(path, mode))
        case .isNotThere: throw SystemError(call: "open", path: path, code: SystemError.notFoundCode)
        default: throw SystemError(call: "open", path: path, code: 5)
        }
    }

    /// Ends in its middle.
    private final class Short: OpenFileDecorator {
        let base: any OpenFile
        init(base: any OpenFile) { self.base = base }

        func read(into target: inout MutableSpan<UInt8>, at offset: Int) throws(SystemError) -> Int {
            let end = try base.status().length / 2
            return min(try base.read(into: &target, at: offset), max(0, end - offset))
        }
    }
}
