internal import Platform

/// Cuts bytes that come in pieces of any size into blocks.
///
/// Blocks that lie whole in a piece are handed on without a copy.
package struct BlockCutter: Sendable {
    /// The start of a block whose end has not come yet.
    private var carry: [UInt8] = []

    package init() {}

    package mutating func append<E: Error>(
        _ bytes: Span<UInt8>, blockSize: Int, _ body: (Span<UInt8>) throws(E) -> Void
    ) throws(E) {
        var start = 0
        if !carry.isEmpty {
            start = min(blockSize - carry.count, bytes.count)
            carry.append(copying: bytes.extracting(0..<start))
            if carry.count == blockSize { try flush(body) }
        }
        while bytes.count - start >= blockSize {
            try body(bytes.extracting(start..<start + blockSize))
            start += blockSize
        }
        if start < bytes.count { carry.append(copying: bytes.extracting(start..<bytes.count)) }
    }

    /// Hands on the short block at the end of an extent, if there is one.
    package mutating func flush<E: Error>(_ body: (Span<UInt8>) throws(E) -> Void) throws(E) {
        guard !carry.isEmpty else { return }
        try body(carry.span)
        carry.removeAll(keepingCapacity: true)
    }
}
