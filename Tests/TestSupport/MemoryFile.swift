internal import Glibc
package import Platform
internal import Synchronization

/// An open file that is an array, for parsers that read files.
package final class MemoryFile: OpenFile, Sendable {
    /// Far more than any test writes; a write behind it fails as on a full disk.
    private static let maximumBytes = 64 << 20
    package let path: String
    private let content: Mutex<[UInt8]>

    package init(_ bytes: [UInt8] = [], path: String = "memory") {
        self.path = path
        content = Mutex(bytes)
    }

    package var bytes: [UInt8] { content.withLock { $0 } }

    package func read(into target: inout MutableSpan<UInt8>, at offset: Int) -> Int {
        let bytes = bytes
        let count = max(0, min(target.count, bytes.count - offset))
        if count > 0 { target.fill(from: bytes[offset..<offset + count]) }
        return count
    }

    package func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
        guard offset <= Self.maximumBytes - bytes.count else {
            throw SystemError(call: "write", path: path, code: ENOSPC)
        }
        let piece = [UInt8](copying: bytes)
        content.withLock { content in
            let end = offset + piece.count
            if content.count < end { content += [UInt8](repeating: 0, count: end - content.count) }
            content.replaceSubrange(offset..<end, with: piece)
        }
    }

    package func truncate(to length: Int) {
        content.withLock {
            $0 = Array(($0 + [UInt8](repeating: 0, count: max(0, length - $0.count)))[..<length])
        }
    }

    package func sync() {}

    package func status() -> FileStatus {
        FileStatus(
            kind: .regular, length: content.withLock { $0.count }, modified: FixedClock().now, device: 1,
            inode: 1, mode: 0o600, owner: 0)
    }

    package func clone(_ other: any OpenFile) -> Bool { false }
}
