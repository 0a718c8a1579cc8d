package import Image
package import OffsiteStore

/// Finds the fingerprints of blocks asked for in rising order.
package struct FingerprintLookup {
    private let runs: [FingerprintRun]
    private var next = 0

    package init(_ runs: [FingerprintRun]) { self.runs = runs }

    /// What the map says of the block with exactly this range; nil when nothing.
    package mutating func content(of range: Range<Int>) -> BlockContent? {
        if next > 0, next <= runs.count, runs[next - 1].end > range.lowerBound { next = 0 }
        while next < runs.count, runs[next].end <= range.lowerBound { next += 1 }
        guard next < runs.count else { return nil }
        let run = runs[next]
        let distance = range.lowerBound - run.offset
        if case .zero = run.source { return distance >= 0 && range.upperBound <= run.end ? .zero : nil }
        guard distance >= 0, distance % run.blockSize == 0, range.upperBound <= run.end,
            range.count == min(run.blockSize, run.end - range.lowerBound)
        else { return nil }
        return run.content(ofBlock: distance / run.blockSize)
    }
}
