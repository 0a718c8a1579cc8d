package import Platform

/// Fingerprints of neighbouring blocks, and which of them are zero; used again and again without a new allocation.
package struct BlockFingerprints: Sendable {
    /// Neighbours that are alike.
    package struct Run: Equatable, Sendable {
        package let isZero: Bool
        package fileprivate(set) var count: Int
    }

    /// Of all blocks, in order.
    package private(set) var runs: [Run] = []
    /// Of the blocks that are not zero, in order.
    package private(set) var fingerprints: [Fingerprint] = []
    package private(set) var byteCount = 0
    /// Bytes of every block but the last one, which may have fewer.
    package private(set) var blockSize = 1

    package init() {}

    package var blockCount: Int { (byteCount + blockSize - 1) / blockSize }

    /// Takes the fingerprints of `bytes` in place of what was there.
    package mutating func scan(_ bytes: Span<UInt8>, blockSize: Int, _ fingerprinter: Fingerprinter) {
        runs.removeAll(keepingCapacity: true)
        fingerprints.removeAll(keepingCapacity: true)
        self.blockSize = blockSize
        byteCount = bytes.count
        for start in stride(from: 0, to: bytes.count, by: blockSize) {
            let block = bytes.extracting(start..<min(start + blockSize, bytes.count))
            let isZero = ZeroScan.isZero(block)
            if !isZero { fingerprints.append(fingerprinter.fingerprint(block)) }
            append(isZero: isZero, count: 1)
        }
    }

    /// Takes a run of zeros in place of what was there; costs the same at every length.
    package mutating func scan(zeros byteCount: Int, blockSize: Int) {
        runs.removeAll(keepingCapacity: true)
        fingerprints.removeAll(keepingCapacity: true)
        self.blockSize = blockSize
        self.byteCount = byteCount
        if byteCount > 0 { append(isZero: true, count: blockCount) }
    }

    /// True when the last block is short.
    var endsShort: Bool { byteCount % blockSize != 0 }

    private mutating func append(isZero: Bool, count: Int) {
        if let last = runs.indices.last, runs[last].isZero == isZero {
            runs[last].count += count
        } else {
            runs.append(Run(isZero: isZero, count: count))
        }
    }
}
