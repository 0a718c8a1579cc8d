package import Platform

/// The digest that proves an image end to end, whatever store, base or target it went through.
///
/// SHA-256 over a domain tag, the image's length, its extents as (offset, length, block size), and the
/// fingerprint of every block in order (docs/format/signature.md, section 3).
package struct ImageDigest: ~Copyable {
    private var hasher = SHA256Hasher()
    private var pending = ByteWriter()
    private static let tag = Array("hybridrep image 1".utf8)
    private static let flushBytes = 64 << 10

    package init(_ layout: ImageLayout) {
        pending.append(Self.tag)
        pending.uint64(layout.length)
        pending.uint64(layout.extents.count)
        for extent in layout.extents {
            pending.uint64(extent.offset)
            pending.uint64(extent.length)
            pending.uint64(extent.blockSize)
        }
    }

    package mutating func add(_ fingerprint: Fingerprint) {
        pending.append(fingerprint)
        if pending.count >= Self.flushBytes { flush() }
    }

    package consuming func finish() -> Digest256 {
        flush()
        return hasher.finish()
    }

    private mutating func flush() {
        hasher.update(pending.bytes)
        pending = ByteWriter(capacity: Self.flushBytes + Fingerprint.byteCount)
    }
}
