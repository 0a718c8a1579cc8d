package import Platform

/// Fingerprints the bytes of an image as they pass, extent by extent, into a signature.
package struct BlockScanner: ~Copyable {
    private let fingerprinter: Fingerprinter
    private let writer: SignatureWriter
    private var blockSize = Extent.defaultBlockSize
    private var cutter = BlockCutter()
    /// Digest of the extent that is being read, where it was asked for.
    private var digest: ExtentDigest?

    package init(_ fingerprinter: Fingerprinter, into writer: SignatureWriter) {
        self.fingerprinter = fingerprinter
        self.writer = writer
    }

    /// Ends the extent so far, with a short block if need be, and starts the next.
    ///
    /// - Parameter digestLength: The extent's length when ``endDigest()`` shall give its digest.
    package mutating func beginExtent(
        _ key: Extent.Key, blockSize: Int, digestLength: Int? = nil
    ) throws(SystemError) {
        try flush()
        self.blockSize = blockSize
        digest = digestLength.map {
            ExtentDigest(length: $0, blockSize: blockSize, ZeroFingerprints(fingerprinter))
        }
        writer.beginExtent(key, blockSize: blockSize)
    }

    /// Ends the extent so far, and gives its digest where ``beginExtent(_:blockSize:digestLength:)`` asked for it.
    package mutating func endDigest() throws(SystemError) -> Digest256? {
        try flush()
        defer { digest = nil }
        return digest?.finish()
    }

    /// Takes the image's next bytes, in pieces of any size.
    package mutating func append(_ bytes: Span<UInt8>) throws(SystemError) {
        // Taken out, because the closure needs the rest of `self`.
        var cutter = exchange(&cutter, with: BlockCutter())
        try cutter.append(bytes, blockSize: blockSize) { (block) throws(SystemError) in try add(block) }
        self.cutter = cutter
    }

    package consuming func finish() throws(ImageError) -> Signature {
        do throws(SystemError) { try flush() } catch { throw .system(error) }
        return try writer.finish(ZeroFingerprints(fingerprinter))
    }

    private mutating func flush() throws(SystemError) {
        var cutter = exchange(&cutter, with: BlockCutter())
        try cutter.flush { (block) throws(SystemError) in try add(block) }
    }

    private mutating func add(_ block: Span<UInt8>) throws(SystemError) {
        let content: BlockContent =
            ZeroScan.isZero(block) ? .zero : .data(fingerprinter.fingerprint(block))
        digest?.add(content, length: block.count)
        try writer.add(content, length: block.count)
    }
}
