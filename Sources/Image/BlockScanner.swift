package import Platform

/// Cuts the bytes of an image, as they pass, into the blocks of its extents and fingerprints each.
///
/// Bytes may come in pieces of any size; pieces that are whole blocks are not copied.
package struct BlockScanner: ~Copyable {
    private let fingerprinter: Fingerprinter
    private let writer: SignatureWriter
    private var blockSize = Extent.defaultBlockSize
    /// The start of a block whose end has not come yet.
    private var carry: [UInt8] = []
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

    package mutating func append(_ bytes: Span<UInt8>) throws(SystemError) {
        var start = 0
        if !carry.isEmpty {
            start = min(blockSize - carry.count, bytes.count)
            carry.append(copying: bytes.extracting(0..<start))
            if carry.count == blockSize { try flush() }
        }
        while bytes.count - start >= blockSize {
            try add(bytes.extracting(start..<start + blockSize))
            start += blockSize
        }
        if start < bytes.count { carry.append(copying: bytes.extracting(start..<bytes.count)) }
    }

    package consuming func finish() throws(ImageError) -> Signature {
        do throws(SystemError) { try flush() } catch { throw .system(error) }
        return try writer.finish(ZeroFingerprints(fingerprinter))
    }

    private mutating func flush() throws(SystemError) {
        guard !carry.isEmpty else { return }
        try add(carry.span)
        carry.removeAll(keepingCapacity: true)
    }

    private func add(_ block: Span<UInt8>) throws(SystemError) {
        let content: BlockContent =
            ZeroScan.isZero(block) ? .zero : .data(fingerprinter.fingerprint(block))
        digest?.add(content, length: block.count)
        try writer.add(content, length: block.count)
    }
}
