internal import Image
internal import Platform

/// Takes the bytes of an image once, in order: fingerprints each piece and writes it while it is in the cache.
///
/// Owned by one thread at a time.
final class ImageWriter {
    /// Nil for an image that is read in place.
    private let file: (any OpenFile)?
    private var scanner: BlockScanner?
    /// Bytes taken so far.
    private(set) var offset = 0

    init(_ scanner: consuming BlockScanner, file: (any OpenFile)?) {
        self.scanner = consume scanner
        self.file = file
    }

    /// - Parameter digestLength: The extent's length when ``endDigest()`` shall give its digest.
    func beginExtent(_ key: Extent.Key, blockSize: Int, digestLength: Int? = nil) throws(BackupError) {
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

    func endDigest() throws(BackupError) -> Digest256? {
        do throws(SystemError) { return try scanner?.endDigest() } catch { throw .spool(error) }
    }

    /// Makes image and signature durable.
    func finish() throws(BackupError) -> Signature {
        guard let scanner = scanner.take() else { preconditionFailure("an image is finished once") }
        do throws(SystemError) { try file?.sync() } catch { throw .spool(error) }
        do throws(ImageError) { return try scanner.finish() } catch { throw .spool(error) }
    }
}
