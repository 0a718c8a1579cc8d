/// Reads a file here and there, mostly forward: a range near the last one costs no call.
package final class ReadWindow {
    private static let bytes = 256 << 10
    /// Bytes kept before a range, because the next range may begin a little earlier.
    private static let marginBytes = 32 << 10
    private let file: any OpenFile
    private let length: Int
    private var buffer: [UInt8] = []
    private var held = 0..<0

    /// - Parameter length: Of the file.
    package init(_ file: any OpenFile, length: Int) {
        self.file = file
        self.length = length
    }

    package var path: String { file.path }

    /// - Returns: Nil when the file ends before the range does.
    package func withBytes<R>(of range: Range<Int>, _ body: (Span<UInt8>) -> R) throws(SystemError) -> R? {
        if !held.contains(range) { try fill(from: range.lowerBound, atLeast: range.count) }
        guard held.contains(range) else { return nil }
        let start = range.lowerBound - held.lowerBound
        let buffer = buffer
        return body(buffer.span.extracting(start..<start + range.count))
    }

    private func fill(from offset: Int, atLeast count: Int) throws(SystemError) {
        held = 0..<0
        let margin = min(offset, Self.marginBytes)
        let offset = offset - margin
        let count = max(count + margin, Self.bytes)
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
        let wanted = min(buffer.count, max(0, length - offset))
        let got = try file.read(wanted, into: &buffer, at: offset)
        held = offset..<offset + got
    }
}
