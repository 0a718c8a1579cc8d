package import Platform

/// Fingerprints the bytes of an image as they pass, extent by extent, into a signature.
package struct BlockScanner: ~Copyable {
    private let fingerprinter: Fingerprinter
    private let writer: SignatureWriter
    private var blockSize = Extent.defaultBlockSize
    private var cutter = BlockCutter()

    package init(_ fingerprinter: Fingerprinter, into writer: SignatureWriter) {
        self.fingerprinter = fingerprinter
        self.writer = writer
    }

    /// Ends the extent so far, with a short block if need be, and starts the next.
    package mutating func beginExtent(_ key: Extent.Key, blockSize: Int) throws(SystemError) {
        try cutter.flush { (block) throws(SystemError) in try Self.add(block, fingerprinter, writer) }
        self.blockSize = blockSize
        writer.beginExtent(key, blockSize: blockSize)
    }

    /// Takes the image's next bytes, in pieces of any size.
    package mutating func append(_ bytes: Span<UInt8>) throws(SystemError) {
        try cutter.append(bytes, blockSize: blockSize) { (block) throws(SystemError) in
            try Self.add(block, fingerprinter, writer)
        }
    }

    package consuming func finish() throws(ImageError) -> Signature {
        do throws(SystemError) {
            try cutter.flush { (block) throws(SystemError) in try Self.add(block, fingerprinter, writer) }
        } catch { throw .system(error) }
        return try writer.finish(ZeroFingerprints(fingerprinter))
    }

    private static func add(
        _ block: Span<UInt8>, _ fingerprinter: Fingerprinter, _ writer: SignatureWriter
    ) throws(SystemError) {
        let content: BlockContent =
            ZeroScan.isZero(block) ? .zero : .data(fingerprinter.fingerprint(block))
        try writer.add(content, length: block.count)
    }
}
