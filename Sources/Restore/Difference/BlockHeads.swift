internal import Image
internal import Platform
internal import StoreFormat

extension ImageReader {
    /// Hands on the first bytes of blocks of the image, each proven.
    ///
    /// - Parameters:
    ///   - ranges: Whole blocks, rising and apart.
    ///   - count: Bytes that are wanted of each.
    package func heads(
        of ranges: [Range<Int>], count: Int, _ progress: (_ doneBytes: Int) throws(SyncError) -> Void,
        into body: @escaping (_ offset: Int, [UInt8]) -> Void
    ) throws(SyncError) {
        _ = try deliver(ranges, progress, into: HeadSink(point.layout, count, body))
    }
}

/// Takes the heads of blocks out of what passes.
private final class HeadSink: ImageSink {
    private let layout: ImageLayout
    private let count: Int
    private let body: (Int, [UInt8]) -> Void
    /// Of the block that has begun.
    private var head: [UInt8] = []

    init(_ layout: ImageLayout, _ count: Int, _ body: @escaping (Int, [UInt8]) -> Void) {
        self.layout = layout
        self.count = count
        self.body = body
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError) {
        let end = offset + bytes.count
        var position = offset
        while position < end, let block = layout.block(at: position)?.range {
            let headEnd = min(block.lowerBound + count, block.upperBound)
            if position < headEnd {
                head.append(copying: bytes.extracting(position - offset..<min(headEnd, end) - offset))
                if headEnd <= end { body(block.lowerBound, exchange(&head, with: [])) }
            }
            position = block.upperBound
        }
    }

    func writeZeros(_ range: Range<Int>) throws(SyncError) {
        try StreamSink.forEach(range) { (offset, zeros) throws(SyncError) in try write(zeros, at: offset) }
    }
}
