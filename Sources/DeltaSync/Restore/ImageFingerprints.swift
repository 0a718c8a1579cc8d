internal import Image
internal import OffsiteStore
internal import Platform

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
        for extent in layout.extents {
            var index = 0
            while index < extent.blockCount {
                let zero = lookup.zeroBlocks(of: extent, from: index)
                if zero > 0 {
                    index += zero
                    sum.add(
                        zeros: zero, blockSize: extent.blockSize,
                        lastLength: extent.range(ofBlock: index - 1).count, &zeros)
                    continue
                }
                let range = extent.range(ofBlock: index)
                index += 1
                switch try lookup.content(of: range) {
                case .zero: sum.add(zeros.fingerprint(length: range.count))
                case .data(let fingerprint): sum.add(fingerprint)
                case nil:
                    verdict.unknownBlocks += 1
                    if verdict.unknownBlocks <= found.count {
                        sum.add(found[verdict.unknownBlocks - 1])
                    } else {
                        verdict.unknown.appendJoined(range)
                    }
                }
            }
        }
        let isWhole = verdict.unknown.isEmpty && found.count == verdict.unknownBlocks
        let total = sum.finish()
        verdict.isProven = isWhole && total == digest
        return verdict
    }
}
