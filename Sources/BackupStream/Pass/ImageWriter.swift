internal import Image
internal import Platform

/// Takes the bytes of an image once, in order: into its signature, and into its file.
///
/// Owned by one thread at a time.
final class ImageWriter {
    /// Nil for an image that is read in place.
    private let file: (any OpenFile)?
    private var scanner: BlockScanner?
    /// The image that the file was cloned from.
    private var shared: SharedImage?
    /// Bytes up to which the file may have something else than zeros.
    private let usedLength: Int
    private var changes: [Range<Int>] = []
    let fingerprinter: Fingerprinter
    /// Block size of the extent that is open.
    private(set) var blockSize = Extent.defaultBlockSize
    /// Bytes taken so far.
    private(set) var offset = 0

    /// - Parameter shared: The image of which `file` is a clone.
    init(_ scanner: consuming BlockScanner, file: (any OpenFile)?, shared: SharedImage? = nil) {
        self.shared = shared
        usedLength = shared?.length ?? 0
        fingerprinter = scanner.fingerprinter
        self.scanner = consume scanner
        self.file = file
    }

    /// - Parameter digestLength: The extent's length when ``endDigest()`` shall give its digest.
    func beginExtent(_ key: Extent.Key, blockSize: Int, digestLength: Int? = nil) throws(BackupError) {
        self.blockSize = blockSize
        do throws(SystemError) {
            try scanner?.beginExtent(key, blockSize: blockSize, digestLength: digestLength)
        } catch { throw .spool(error) }
    }

    func append(_ bytes: Span<UInt8>) throws(BackupError) {
        do throws(SystemError) {
            try scanner?.append(bytes)
            try file?.write(bytes, at: offset)
        } catch { throw .spool(error) }
        offset += bytes.count
    }

    /// Takes a piece whose blocks have their fingerprints; a hole stays one.
    func append(_ piece: borrowing ScanBuffer) throws(BackupError) {
        do throws(SystemError) { try scanner?.append(piece.prints) } catch { throw .spool(error) }
        if let file {
            changes.removeAll(keepingCapacity: true)
            if shared == nil {
                changes.append(0..<piece.count)
            } else {
                do throws(ImageError) {
                    try shared?.addChanges(piece.prints, at: offset, to: &changes)
                } catch { throw .spool(error) }
            }
            do throws(SystemError) {
                for range in changes { try write(range, of: piece, to: file) }
            } catch { throw .spool(error) }
        }
        offset += piece.count
    }

    private func write(
        _ range: Range<Int>, of piece: borrowing ScanBuffer, to file: any OpenFile
    ) throws(SystemError) {
        guard piece.isHole else {
            return try file.write(piece.buffer.span.extracting(range), at: offset + range.lowerBound)
        }
        // Behind its end the file has a hole of its own.
        let end = min(offset + range.upperBound, usedLength)
        let zeros = [UInt8](repeating: 0, count: min(WatchedFile.pieceBytes, max(0, end - offset)))
        for start in stride(from: offset + range.lowerBound, to: end, by: WatchedFile.pieceBytes) {
            try file.write(zeros.span.extracting(0..<min(zeros.count, end - start)), at: start)
        }
    }

    func endDigest() throws(BackupError) -> Digest256? {
        do throws(SystemError) { return try scanner?.endDigest() } catch { throw .spool(error) }
    }

    /// Makes image and signature durable.
    func finish() throws(BackupError) -> Signature {
        guard let scanner = scanner.take() else { preconditionFailure("an image is finished once") }
        do throws(SystemError) {
            // A clone may be longer, and a hole at the end is not written.
            try file?.truncate(to: offset)
            try file?.sync()
        } catch { throw .spool(error) }
        do throws(ImageError) { return try scanner.finish() } catch { throw .spool(error) }
    }
}
