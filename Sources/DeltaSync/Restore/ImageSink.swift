internal import Platform

/// Where the bytes of an image go, each proven, in rising order.
package protocol ImageSink: AnyObject {
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError)
    func writeZeros(_ range: Range<Int>) throws(SyncError)
}

/// For a file whose first byte is the image's, or that of one of its members.
final class FileSink: ImageSink {
    private let file: any OpenFile
    private let start: Int
    private let keepsHoles: Bool

    /// - Parameters:
    ///   - start: Where in the image the file begins.
    ///   - keepsHoles: The file is new: what nobody writes is zero.
    init(_ file: any OpenFile, start: Int = 0, keepsHoles: Bool) {
        self.file = file
        self.start = start
        self.keepsHoles = keepsHoles
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError) {
        try onDisk { () throws(SystemError) in try file.write(bytes, at: offset - start) }
    }

    func writeZeros(_ range: Range<Int>) throws(SyncError) {
        guard !keepsHoles else { return }
        try StreamSink.forEach(range) { (offset, zeros) throws(SyncError) in try write(zeros, at: offset) }
    }
}

/// For those that take an image as a stream.
final class StreamSink: ImageSink {
    private static let zeros = [UInt8](repeating: 0, count: 1 << 20)
    private let body: (Span<UInt8>) throws(SyncError) -> Void

    init(_ body: @escaping (Span<UInt8>) throws(SyncError) -> Void) { self.body = body }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError) { try body(bytes) }

    func writeZeros(_ range: Range<Int>) throws(SyncError) {
        try Self.forEach(range) { (_, zeros) throws(SyncError) in try body(zeros) }
    }

    /// Hands on zeros in pieces.
    static func forEach(
        _ range: Range<Int>, _ body: (_ offset: Int, Span<UInt8>) throws(SyncError) -> Void
    ) throws(SyncError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = min(range.upperBound - offset, zeros.count)
            try body(offset, zeros.span.extracting(0..<count))
            offset += count
        }
    }
}
