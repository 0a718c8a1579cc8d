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

/// The digest of one extent's bytes, wherever in an image it is.
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

/// An image or its signature could not be read or written.
package enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemError)
    case format(FormatError, path: String)
    /// The image's bytes are not those its signature describes.
    case differs(path: String, offset: Int)

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .format(let error, let path): "read \(path): \(error)"
        case .differs(let path, let offset): "read \(path): byte \(offset) is not what its signature says"
        }
    }
}
