internal import ESE
internal import Image
internal import Platform

/// The one pass over a source: each piece is read, its pages are checked, its blocks fingerprinted, and it goes into
/// the image.
///
/// Threads read, check and fingerprint pieces while the owner counts, signs and writes the ones before, in order;
/// what is not a file is read by the owner. All that can change for reasons of its own is the owner's: what is read
/// again, what a page's verdict leads to, errors. Owned by one thread at a time.
final class ImageScan {
    /// Two threads read a cached file twice as fast as one.
    private static let threads = 2
    private static let pieces = 4 * threads

    let writer: ImageWriter
    private let ring: BufferRing<ScanBuffer>
    private let progress: (_ doneBytes: Int, _ totalBytes: Int?) -> Void
    private let pulse: ReadPulse
    private let totalBytes: Int?
    private var doneBytes = 0

    init(
        _ writer: ImageWriter, totalBytes: Int?, progress: @escaping (Int, Int?) -> Void,
        pulse: @escaping ReadPulse
    ) {
        self.writer = writer
        self.totalBytes = totalBytes
        self.progress = progress
        self.pulse = pulse
        ring = BufferRing(pieces: Self.pieces, threads: Self.threads) {
            ScanBuffer()
        } work: { [fingerprinter = writer.fingerprinter] piece in
            piece.work(fingerprinter)
        }
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
        var feed = BufferSource(stream)
        var check: DatabasePageCheck?
        var total = 0
        try ring.give { (piece) throws(BackupError) in
            try feed.first(&piece)
            try rereader?.rereadHeader(of: &piece.buffer, piece.count)
            check = try begin(piece.buffer.span.extracting(0..<piece.count))
            piece.prepare(blockSize: writer.blockSize, check?.judge)
            return piece.count > 0
        }
        let judge = check?.judge
        repeat {
            while !ring.isFull {
                let isGiven = try ring.give { (piece) throws(BackupError) in
                    piece.prepare(blockSize: writer.blockSize, judge)
                    return try feed.next(&piece)
                }
                if !isGiven { break }
            }
            try ring.take { (piece) throws(BackupError) in
                try accept(&piece, stream, &check, &rereader)
                total += piece.count
            }
        } while ring.underWay > 0
        try stream.finish()
        return (check?.finish(), total)
    }

    /// Takes a piece back: counts its pages, and puts it into the image.
    private func accept(
        _ piece: inout ScanBuffer, _ stream: any ByteStream, _ check: inout DatabasePageCheck?,
        _ rereader: inout PageRereader?
    ) throws(BackupError) {
        try pulse()
        if !piece.isRead, let file = stream.seekable { try piece.readAgain(file, writer.fingerprinter) }
        if var pages = check.take() {
            try piece.record(in: &pages, &rereader, writer.fingerprinter)
            check = pages
        }
        try writer.append(piece)
        doneBytes += piece.count
        progress(doneBytes, totalBytes)
    }
}
