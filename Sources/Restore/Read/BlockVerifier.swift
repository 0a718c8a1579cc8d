internal import Image
internal import Platform
internal import StoreFormat

/// Compares bytes of an image, as they pass in rising order, with the fingerprints of its blocks.
///
/// Fingerprints of blocks unknown to the map are collected; the image digest verifies those.
struct BlockVerifier: ~Copyable {
    private let layout: ImageLayout
    private let fingerprinter: Fingerprinter
    private var lookup: FingerprintLookup
    private var zeros: ZeroFingerprints
    private var extent = 0
    /// The block that has begun and not ended, and what came of it.
    private var open: Range<Int> = 0..<0
    private var carry: [UInt8] = []
    /// Fingerprints of the blocks that the map does not know, in order.
    private var found: [Fingerprint] = []

    init(_ layout: ImageLayout, _ runs: [FingerprintRun], _ fingerprinter: Fingerprinter) {
        self.layout = layout
        self.fingerprinter = fingerprinter
        lookup = FingerprintLookup(runs)
        zeros = ZeroFingerprints(fingerprinter)
    }

    /// The block that `offset` begins.
    ///
    /// - Throws: `damaged` when none begins there.
    private mutating func block(at offset: Int) throws(SyncError) -> Range<Int> {
        while extent + 1 < layout.extents.count, layout.extents[extent].end <= offset { extent += 1 }
        guard extent < layout.extents.count, layout.extents[extent].offset <= offset,
            offset < layout.extents[extent].end
        else { throw .damaged("byte \(offset) lies behind the image") }
        let current = layout.extents[extent]
        let range = current.range(ofBlock: (offset - current.offset) / current.blockSize)
        guard range.lowerBound == offset else { throw .damaged("no block begins at byte \(offset)") }
        return range
    }

    /// Takes bytes that begin where the last ones ended, or with a block.
    mutating func append(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError) {
        var start = 0
        while start < bytes.count {
            let position = offset + start
            if carry.isEmpty {
                open = try block(at: position)
                if open.upperBound - offset <= bytes.count {
                    try check(bytes.extracting(start..<open.upperBound - offset))
                    start = open.upperBound - offset
                    continue
                }
            }
            guard position == open.lowerBound + carry.count else {
                throw .damaged("the block at byte \(open.lowerBound) does not end")
            }
            let count = min(open.upperBound - position, bytes.count - start)
            carry.append(copying: bytes.extracting(start..<start + count))
            start += count
            if carry.count == open.count {
                let whole = exchange(&carry, with: [])
                try check(whole.span)
            }
        }
    }

    /// Takes zeros, whole blocks of them without looking at a byte.
    mutating func append(zeros range: Range<Int>) throws(SyncError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            if carry.isEmpty {
                open = try block(at: offset)
                if open.upperBound <= range.upperBound {
                    let known = knownZeros(from: open, upTo: range.upperBound)
                    if known > open.lowerBound {
                        offset = known
                        continue
                    }
                    let zero = zeros.fingerprint(length: open.count)
                    switch try lookup.content(of: open) {
                    case .zero, .data(zero): break
                    case .data: throw wrong
                    case nil: found.append(zero)
                    }
                    offset = open.upperBound
                    continue
                }
            }
            let count = min(open.upperBound, range.upperBound) - offset
            try append([UInt8](repeating: 0, count: count).span, at: offset)
            offset += count
        }
    }

    /// End of the blocks that are zero by the map, from `block` on and whole before `end`.
    private mutating func knownZeros(from block: Range<Int>, upTo end: Int) -> Int {
        let current = layout.extents[extent]
        let index = (block.lowerBound - current.offset) / current.blockSize
        let count = lookup.zeroBlocks(of: current, from: index)
        guard count > 0 else { return block.lowerBound }
        let stop = current.range(ofBlock: index + count - 1).upperBound
        return stop <= end ? stop : end - (end - current.offset) % current.blockSize
    }

    /// The fingerprints of the blocks that the map does not know, in order.
    ///
    /// - Throws: `damaged` when a block has begun and not ended.
    consuming func finish() throws(SyncError) -> [Fingerprint] {
        guard carry.isEmpty else { throw .damaged("the block at byte \(open.lowerBound) does not end") }
        return found
    }

    private mutating func check(_ bytes: Span<UInt8>) throws(SyncError) {
        guard let expected = try lookup.content(of: open) else {
            found.append(fingerprinter.fingerprint(bytes))
            return
        }
        guard expected.isContent(of: bytes, fingerprinter) else { throw wrong }
    }

    private var wrong: SyncError {
        .damaged("byte \(open.lowerBound) of the image is not what its fingerprint says")
    }
}
