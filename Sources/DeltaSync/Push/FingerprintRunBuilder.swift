internal import OffsiteStore
internal import Platform

/// Joins the fingerprints of blocks into runs.
struct FingerprintRunBuilder {
    private var runs: [FingerprintRun] = []
    /// A run of fingerprints that may go on.
    private var open: (offset: Int, length: Int, blockSize: Int)?
    private var fingerprints: [Fingerprint] = []

    mutating func add(_ range: Range<Int>, _ blockSize: Int, _ fingerprint: Fingerprint) {
        if let open, open.offset + open.length == range.lowerBound, open.blockSize == blockSize,
            open.length % blockSize == 0
        {
            self.open?.length += range.count
        } else {
            close()
            open = (range.lowerBound, range.count, blockSize)
        }
        fingerprints.append(fingerprint)
    }

    /// Adds blocks that are zero or have moved.
    mutating func add(_ range: Range<Int>, _ blockSize: Int, _ source: FingerprintRun.Source) {
        close()
        runs.append(
            FingerprintRun(
                offset: range.lowerBound, length: range.count, blockSize: blockSize, source: source))
    }

    mutating func finish() -> [FingerprintRun] {
        close()
        return exchange(&runs, with: [])
    }

    private mutating func close() {
        guard let run = open.take() else { return }
        runs.append(
            FingerprintRun(
                offset: run.offset, length: run.length, blockSize: run.blockSize,
                source: .blocks(exchange(&fingerprints, with: [])[...])))
    }
}
