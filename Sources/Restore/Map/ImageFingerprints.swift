internal import Image
internal import Platform
internal import StoreFormat

/// The fingerprints of an image's blocks, as far as its map knows them: not of a block that has moved off its grid.
struct ImageFingerprints {
    let layout: ImageLayout
    let runs: [FingerprintRun]
    let fingerprinter: Fingerprinter
    let digest: Digest256

    struct Verdict {
        /// All fingerprints together give the image digest.
        var isProven = false
        /// Blocks that neither the map nor the caller knows.
        var unknown: [Range<Int>] = []
        /// Blocks that the map does not know.
        var unknownBlocks = 0
    }

    /// - Parameter found: Fingerprints of the blocks that the map does not know, in order.
    func verdict(_ found: [Fingerprint] = []) throws(SyncError) -> Verdict {
        var sum = ImageDigest(layout)
        var lookup = FingerprintLookup(runs)
        var zeros = ZeroFingerprints(fingerprinter)
        var verdict = Verdict()
        // Without all of them there is no digest.
        var isWhole = true
        for extent in layout.extents {
            var next = 0
            while next < extent.blockCount {
                let (blocks, content) = try lookup.blocks(of: extent, from: next)
                next = blocks.upperBound
                switch content {
                case .zero where !isWhole: break
                case .zero:
                    sum.add(
                        zeros: blocks.count, blockSize: extent.blockSize,
                        lastLength: extent.range(ofBlock: next - 1).count, &zeros)
                case .data(let fingerprint): sum.add(fingerprint)
                case nil:
                    let given = found.dropFirst(verdict.unknownBlocks).prefix(blocks.count)
                    for fingerprint in given { sum.add(fingerprint) }
                    verdict.unknownBlocks += blocks.count
                    guard given.count < blocks.count else { continue }
                    isWhole = false
                    let rest = blocks.lowerBound + given.count..<blocks.upperBound
                    verdict.unknown.appendJoined(extent.range(ofBlocks: rest))
                }
            }
        }
        let total = sum.finish()
        verdict.isProven = isWhole && found.count == verdict.unknownBlocks && total == digest
        return verdict
    }
}
