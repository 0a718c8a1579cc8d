package import Platform

/// The digest of one extent's bytes, wherever in an image it lies.
///
/// SHA-256 over a domain tag, length, block size and the fingerprints of its blocks in order
/// (docs/format/image.md, section 4). Owned by one thread at a time.
package final class ExtentDigest {
    private static let tag = Array("hybridrep member 1".utf8)
    private var hasher: FingerprintHasher?
    private var zeros: ZeroFingerprints

    package init(length: Int, blockSize: Int, _ zeros: ZeroFingerprints) {
        self.zeros = zeros
        var head = ByteWriter()
        head.append(Self.tag)
        head.uint64(length)
        head.uint64(blockSize)
        hasher = FingerprintHasher(head: head)
    }

    package func add(_ content: BlockContent, length: Int) {
        switch content {
        case .zero: hasher?.add(zeros.fingerprint(length: length))
        case .data(let fingerprint): hasher?.add(fingerprint)
        }
    }

    package func add(_ prints: BlockFingerprints) { hasher?.add(prints, &zeros) }

    /// Adds all blocks of an extent of an image.
    package func add(_ extent: Int, of signature: Signature) throws(ImageError) {
        try signature.forEachRun(ofExtent: extent) { hasher?.add($0, &zeros) }
    }

    /// The digest of what was added; nil when it was taken already.
    package func finish() -> Digest256? { hasher.take()?.finish() }
}
