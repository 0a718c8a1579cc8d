package import Platform

/// The digest that proves an image end to end, whatever store, base or target it went through.
///
/// SHA-256 over a domain tag, the image's length, its extents as (offset, length, block size), and the
/// fingerprint of every block in order (docs/format/signature.md, section 3).
package struct ImageDigest: ~Copyable {
    private var hasher: FingerprintHasher
    private static let tag = Array("hybridrep image 1".utf8)

    package init(_ layout: ImageLayout) {
        var head = ByteWriter()
        head.append(Self.tag)
        head.uint64(layout.length)
        head.uint64(layout.extents.count)
        for extent in layout.extents {
            head.uint64(extent.offset)
            head.uint64(extent.length)
            head.uint64(extent.blockSize)
        }
        hasher = FingerprintHasher(head: head)
    }

    package mutating func add(_ fingerprint: Fingerprint) { hasher.add(fingerprint) }

    /// Adds `count` zero blocks, the last of which has `lastLength` bytes.
    package mutating func add(
        zeros count: Int, blockSize: Int, lastLength: Int, _ zeros: inout ZeroFingerprints
    ) {
        hasher.add(zeros: count, blockSize: blockSize, lastLength: lastLength, &zeros)
    }

    mutating func add(_ run: SignatureRun, _ zeros: inout ZeroFingerprints) { hasher.add(run, &zeros) }

    package consuming func finish() -> Digest256 { hasher.finish() }
}
