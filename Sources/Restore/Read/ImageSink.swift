internal import Platform

/// A destination for the bytes of an image, each verified, in rising order.
package protocol ImageSink: AnyObject {
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError)
    func writeZeros(_ range: Range<Int>) throws(SyncError)
}

/// For files that are parts of an image; what belongs to none of them is passed over.
final class FileSink: ImageSink {
    private let parts: [(range: Range<Int>, file: any OpenFile)]
    private let keepsHoles: Bool
    /// The first part that has not ended.
    private var next = 0

    /// - Parameters:
    ///   - parts: The range of the image that each file has, rising and apart.
    ///   - keepsHoles: The files are new: bytes that are not written are zero.
    init(_ parts: [(range: Range<Int>, file: any OpenFile)], keepsHoles: Bool) {
        self.parts = parts
        self.keepsHoles = keepsHoles
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError) {
        try forEachPart(of: offset..<offset + bytes.count) { (range, part, file) throws(SyncError) in
            let piece = bytes.extracting(range.lowerBound - offset..<range.upperBound - offset)
            try onDisk { () throws(SystemError) in
                try file.write(piece, at: range.lowerBound - part.lowerBound)
            }
        }
    }

    func writeZeros(_ range: Range<Int>) throws(SyncError) {
        guard !keepsHoles else { return }
        try StreamSink.forEach(range) { (offset, zeros) throws(SyncError) in try write(zeros, at: offset) }
    }

    private func forEachPart(
        of range: Range<Int>, _ body: (Range<Int>, Range<Int>, any OpenFile) throws(SyncError) -> Void
    ) throws(SyncError) {
        while next < parts.count, parts[next].range.upperBound <= range.lowerBound { next += 1 }
        for (part, file) in parts[next...] {
            guard part.lowerBound < range.upperBound else { break }
            let common = part.clamped(to: range)
            if !common.isEmpty { try body(common, part, file) }
        }
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
