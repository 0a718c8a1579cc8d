internal import ESE
internal import Image
internal import Platform

/// The one pass over a source: each piece is read, its pages are checked, and it goes into the image.
///
/// Owned by one thread at a time; the buffer is reused from file to file.
final class ImagePass {
    /// A multiple of every page size, and small enough to stay in a core's cache from check to write.
    static let bufferBytes = 256 << 10

    let writer: ImageWriter
    private var buffer = [UInt8](repeating: 0, count: bufferBytes)
    private let progress: (_ doneBytes: Int, _ totalBytes: Int?) -> Void
    private let totalBytes: Int?
    private var doneBytes = 0

    init(_ writer: ImageWriter, totalBytes: Int?, progress: @escaping (Int, Int?) -> Void) {
        self.writer = writer
        self.totalBytes = totalBytes
        self.progress = progress
    }

    /// Puts bytes of our own making into the image.
    func append(_ bytes: [UInt8], key: Extent.Key, blockSize: Int) throws(BackupError) {
        try writer.beginExtent(key, blockSize: blockSize)
        try writer.append(bytes.span)
    }

    /// Reads a stream to its end into the image.
    ///
    /// - Parameters:
    ///   - begin: Is shown the first piece, begins the extent, and says how pages are checked.
    ///   - rereader: Reads bad pages again, for sources that can go back.
    /// - Returns: What the pages said, nil for what is not a database; and the bytes read.
    func copy(
        _ stream: any ByteStream, rereader: inout PageRereader?,
        begin: (Span<UInt8>) throws(BackupError) -> DatabasePageCheck?
    ) throws(BackupError) -> (pages: DatabasePages?, bytes: Int) {
        var buffer = self.buffer
        self.buffer = []
        defer { self.buffer = buffer }
        var total = 0
        var count = try stream.fill(&buffer)
        try rereader?.rereadHeader(of: &buffer, count)
        var check = try begin(buffer.span.extracting(0..<count))
        while count > 0 {
            try checkPages(&buffer, count, at: total, &check, &rereader)
            try writer.append(buffer.span.extracting(0..<count))
            total += count
            doneBytes += count
            progress(doneBytes, totalBytes)
            if count < buffer.count { break }
            count = try stream.fill(&buffer)
        }
        try stream.finish()
        return (check?.finish(), total)
    }

    /// Checks the whole pages in the first `count` bytes of `buffer`.
    ///
    /// - Parameter offset: Where the buffer stands in the stream.
    private func checkPages(
        _ buffer: inout [UInt8], _ count: Int, at offset: Int, _ check: inout DatabasePageCheck?,
        _ rereader: inout PageRereader?
    ) throws(BackupError) {
        guard var pages = check else { return }
        check = nil
        let size = pages.pageSize.bytes
        var start = 0
        while count - start >= size {
            let range = start..<start + size
            var verdict = pages.verdict(of: buffer.span.extracting(range))
            if let bad = verdict, !bad.isGood, !pages.isBehindEnd,
                !BackupTrailer.isTrailer(buffer.span.extracting(range))
            {
                verdict =
                    try rereader?.reread(range, of: &buffer, at: offset + start, bad) {
                        pages.verdict(of: $0)
                    } ?? bad
            }
            pages.record(verdict, of: buffer.span.extracting(range))
            start += size
        }
        if start < count { pages.cut() }
        check = pages
    }
}
