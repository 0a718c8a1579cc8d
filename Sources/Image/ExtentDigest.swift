package import Platform

/// The digest of one extent's bytes, wherever in an image it lies.
///
/// SHA-256 over a domain tag, length, block size and the fingerprints of its blocks in order
/// (docs/format/image.md, section 4). Owned by one thread at a time.
package final class ExtentDigest {
    private static let tag = Array("hybridrep member 1".utf8)
    private static let flushBytes = 64 << 10
    private var hasher = Optional(SHA256Hasher())
    private var pending = ByteWriter()
    private var zeros: ZeroFingerprints

    package init(length: Int, blockSize: Int, _ zeros: ZeroFingerprints) {
        self.zeros = zeros
        pending.append(Self.tag)
        pending.uint64(length)
        pending.uint64(blockSize)
    }

    package func add(_ content: BlockContent, length: Int) {
        switch content {
        case .zero: pending.append(zeros.fingerprint(length: length))
        case .data(let fingerprint): pending.append(fingerprint)
        }
        if pending.count >= Self.flushBytes { flush() }
    }

    /// The digest of what was added; nil when it was taken already.
    package func finish() -> Digest256? {
        flush()
        return hasher.take()?.finish()
    }

    private func flush() {
        hasher?.update(pending.bytes)
        pending = ByteWriter(capacity: Self.flushBytes + Fingerprint.byteCount)
    }
}
