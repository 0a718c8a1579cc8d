internal import Platform

/// Bytes that somebody sends, in one piece or after pauses without an end.
package final class GivenInput: ByteInput {
    private let bytes: [UInt8]
    private let hangsAtEnd: Bool
    /// What was read so far.
    package private(set) var position = 0

    /// - Parameter hangsAtEnd: After the bytes nothing comes, not even an end.
    package init(_ bytes: [UInt8], hangsAtEnd: Bool = false) {
        self.bytes = bytes
        self.hangsAtEnd = hangsAtEnd
    }

    package func wait(milliseconds: Int) -> Bool { position < bytes.count || !hangsAtEnd }

    package func read(into target: inout MutableSpan<UInt8>) -> Int {
        let count = min(target.count, bytes.count - position)
        if count > 0 { target.fill(from: bytes[position..<position + count]) }
        position += count
        return count
    }
}
