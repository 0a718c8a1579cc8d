package import Platform

/// Recomputes the digest of an image whose layout is known, from its bytes in order.
package struct ImageProof: ~Copyable {
    private let layout: ImageLayout
    private let fingerprinter: Fingerprinter
    private var digest: ImageDigest
    private var cutter = BlockCutter()
    private var extent = 0
    private var offset = 0
    private var block = 0

    package init(_ layout: ImageLayout, _ fingerprinter: Fingerprinter) {
        self.layout = layout
        self.fingerprinter = fingerprinter
        digest = ImageDigest(layout)
    }

    /// Takes the image's next bytes.
    ///
    /// - Parameter body: Told every block's number and fingerprint.
    package mutating func append(_ bytes: Span<UInt8>, _ body: (Int, Fingerprint) -> Void = { _, _ in }) {
        var start = 0
        while start < bytes.count, extent < layout.extents.count {
            let current = layout.extents[extent]
            let count = min(bytes.count - start, current.end - offset)
            let piece = bytes.extracting(start..<start + count)
            // Taken out, because the closure needs the rest of `self`.
            var cutter = exchange(&cutter, with: BlockCutter())
            cutter.append(piece, blockSize: current.blockSize) { add($0, body) }
            self.cutter = cutter
            offset += count
            start += count
            if offset == current.end { endExtent(body) }
        }
    }

    /// The digest of what has passed; nil when it was not as long as the layout.
    package consuming func finish() -> Digest256? {
        endExtent { _, _ in }
        return extent == layout.extents.count ? digest.finish() : nil
    }

    private mutating func endExtent(_ body: (Int, Fingerprint) -> Void) {
        while extent < layout.extents.count, offset == layout.extents[extent].end {
            var cutter = exchange(&cutter, with: BlockCutter())
            cutter.flush { add($0, body) }
            extent += 1
        }
    }

    private mutating func add(_ bytes: Span<UInt8>, _ body: (Int, Fingerprint) -> Void) {
        let found = fingerprinter.fingerprint(bytes)
        digest.add(found)
        body(block, found)
        block += 1
    }
}
