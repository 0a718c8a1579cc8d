package import Platform

/// Fingerprints the bytes of an image as they pass, extent by extent, into a signature.
package struct BlockScanner: ~Copyable {
    package let fingerprinter: Fingerprinter
    private let writer: SignatureWriter
    private var blockSize = Extent.defaultBlockSize
    /// The start of a block whose end has not come yet.
    private var carry: [UInt8] = []
    private var prints = BlockFingerprints()
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
        var start = 0
        if !carry.isEmpty {
            start = min(blockSize - carry.count, bytes.count)
            carry.append(copying: bytes.extracting(0..<start))
            guard carry.count == blockSize else { return }
            try flush()
        }
        let end = bytes.count - (bytes.count - start) % blockSize
        if end > start { try scan(bytes.extracting(start..<end)) }
        if end < bytes.count { carry.append(copying: bytes.extracting(end..<bytes.count)) }
    }

    /// Takes the image's next bytes by their fingerprints, which another thread may have made.
    ///
    /// - Parameter prints: Of whole blocks from a block's start on; only an extent's last one may be short.
    package mutating func append(_ prints: BlockFingerprints) throws(SystemError) {
        precondition(
            carry.isEmpty && prints.blockSize == blockSize, "fingerprints of another grid than the extent's")
        digest?.add(prints)
        try writer.add(prints)
    }

    package consuming func finish() throws(ImageError) -> Signature {
        do throws(SystemError) { try flush() } catch { throw .system(error) }
        return try writer.finish(ZeroFingerprints(fingerprinter))
    }

    private mutating func flush() throws(SystemError) {
        guard !carry.isEmpty else { return }
        let block = exchange(&carry, with: [])
        try scan(block.span)
    }

    private mutating func scan(_ blocks: Span<UInt8>) throws(SystemError) {
        prints.scan(blocks, blockSize: blockSize, fingerprinter)
        digest?.add(prints)
        try writer.add(prints)
    }
}

/// The content of one block according to a signature.
package enum BlockContent: Hashable, Sendable {
    /// Every byte is zero.
    case zero
    case data(Fingerprint)

    /// True when this is what the bytes of a block are.
    package func isContent(of block: Span<UInt8>, _ fingerprinter: Fingerprinter) -> Bool {
        switch self {
        case .zero: ZeroScan.isZero(block)
        case .data(let known): fingerprinter.fingerprint(block) == known
        }
    }
}

/// Fingerprints of all-zero blocks, one for each length that occurs.
package struct ZeroFingerprints: Sendable {
    private let fingerprinter: Fingerprinter
    private var known: [Int: Fingerprint] = [:]

    package init(_ fingerprinter: Fingerprinter) { self.fingerprinter = fingerprinter }

    package mutating func fingerprint(length: Int) -> Fingerprint {
        if let found = known[length] { return found }
        let made = fingerprinter.fingerprint([UInt8](repeating: 0, count: length).span)
        known[length] = made
        return made
    }
}

extension OpenFile {
    /// Reads the object that is this file.
    package func scan(length: Int) -> ObjectScan<ImageError> {
        ObjectScan(length: length, format: { .format($0, path: self.path) }) {
            (offset, count) throws(ImageError) in
            do throws(SystemError) { return try self.bytes(at: offset, count: count) } catch {
                throw .system(error)
            }
        }
    }
}
