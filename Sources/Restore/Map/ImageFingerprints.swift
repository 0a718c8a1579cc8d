package import Image
internal import Platform
package import StoreFormat

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

/// Finds the fingerprints of blocks asked for in rising order.
package struct FingerprintLookup {
    private let runs: [FingerprintRun]
    private var next = 0

    package init(_ runs: [FingerprintRun]) { self.runs = runs }

    /// The map's fingerprint of the block with exactly this range; nil if it has none.
    package mutating func content(of range: Range<Int>) throws(SyncError) -> BlockContent? {
        find(range.lowerBound)
        guard next < runs.count else { return nil }
        let run = runs[next]
        let distance = range.lowerBound - run.offset
        if case .zero = run.source { return distance >= 0 && range.upperBound <= run.end ? .zero : nil }
        guard distance >= 0, distance % run.blockSize == 0, range.upperBound <= run.end,
            range.count == min(run.blockSize, run.end - range.lowerBound)
        else { return nil }
        return try imaging { () throws(ImageError) in
            try run.content(ofBlock: distance / run.blockSize)
        }
    }

    /// The map's fingerprints of an extent's blocks from number `index` on; nil if it has none.
    ///
    /// As many zeros as it knows of there, or as many blocks as it knows nothing of; else one block.
    package mutating func blocks(
        of extent: Extent, from index: Int
    ) throws(SyncError) -> (blocks: Range<Int>, content: BlockContent?) {
        let zero = zeroBlocks(of: extent, from: index)
        if zero > 0 { return (index..<index + zero, .zero) }
        let unknown = unknownBlocks(of: extent, from: index)
        if unknown > 0 { return (index..<index + unknown, nil) }
        return (index..<index + 1, try content(of: extent.range(ofBlock: index)))
    }

    /// How many blocks of an extent, from number `index` on, the map says at once to be zero; 0 for none.
    package mutating func zeroBlocks(of extent: Extent, from index: Int) -> Int {
        let start = extent.offset + index * extent.blockSize
        find(start)
        guard next < runs.count, case .zero = runs[next].source, runs[next].offset <= start else { return 0 }
        guard runs[next].end < extent.end else { return extent.blockCount - index }
        return (runs[next].end - start) / extent.blockSize
    }

    /// How many blocks of an extent, from number `index` on, begin where the map has no fingerprints; 0 for none.
    private mutating func unknownBlocks(of extent: Extent, from index: Int) -> Int {
        let start = extent.offset + index * extent.blockSize
        find(start)
        guard next < runs.count else { return extent.blockCount - index }
        var end = runs[next].offset
        if end <= start {
            guard case .moved = runs[next].source else { return 0 }
            end = runs[next].end
        }
        guard end < extent.end else { return extent.blockCount - index }
        return (end - start - 1) / extent.blockSize + 1
    }

    /// True if all of a range is zero by the map.
    mutating func isZero(_ range: Range<Int>) -> Bool {
        find(range.lowerBound)
        guard next < runs.count, case .zero = runs[next].source else { return false }
        return runs[next].offset <= range.lowerBound && range.upperBound <= runs[next].end
    }

    /// Goes to the run that `offset` is in, or the next one.
    private mutating func find(_ offset: Int) {
        if next > 0, next <= runs.count, runs[next - 1].end > offset { next = 0 }
        while next < runs.count, runs[next].end <= offset { next += 1 }
    }
}
