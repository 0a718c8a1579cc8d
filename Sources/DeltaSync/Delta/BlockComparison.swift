internal import Image
internal import Platform

/// Compares the blocks of an image with those at their expected places in a base: the same member, the same offset.
struct BlockComparison {
    private let new: Signature
    private let base: Signature
    /// For each extent of the new image the extent of the base with the same key and grid.
    private let counterparts: [Int?]

    init(from base: Signature, to new: Signature) {
        self.new = new
        self.base = base
        var known: [Extent.Key: Int] = [:]
        for (number, extent) in base.layout.extents.enumerated() where known[extent.key] == nil {
            known[extent.key] = number
        }
        counterparts = new.layout.extents.map { extent in
            guard let number = known[extent.key], base.layout.extents[number].blockSize == extent.blockSize
            else { return nil }
            return number
        }
    }

    /// A block of the base at an expected place.
    struct Counterpart {
        let range: Range<Int>
        let content: BlockContent
    }

    func counterpart(ofExtent number: Int, block index: Int) throws(SyncError) -> Counterpart? {
        guard let match = counterparts[number], index < base.layout.extents[match].blockCount else {
            return nil
        }
        let content = try imaging { () throws(ImageError) in
            try base.content(ofBlock: base.layout.firstBlocks[match] + index)
        }
        return Counterpart(range: base.layout.extents[match].range(ofBlock: index), content: content)
    }

    /// Where in the base a byte of an extent is expected; nil when the base has no such extent.
    func expectedPlace(ofExtent number: Int, offset: Int) -> Int? {
        counterparts[number].map {
            base.layout.extents[$0].offset + offset - new.layout.extents[number].offset
        }
    }

    func content(ofExtent number: Int, block index: Int) throws(SyncError) -> BlockContent {
        try imaging { () throws(ImageError) in
            try new.content(ofBlock: new.layout.firstBlocks[number] + index)
        }
    }

    func isEqual(extent number: Int, block index: Int) throws(SyncError) -> Bool {
        guard let old = try counterpart(ofExtent: number, block: index) else { return false }
        return try old.content == content(ofExtent: number, block: index)
            && old.range.count == new.layout.extents[number].range(ofBlock: index).count
    }

    /// The first block from `index` on that is at its expected place, or the end of the extent.
    func endOfRun(extent number: Int, from index: Int) throws(SyncError) -> Int {
        var end = index
        while end < new.layout.extents[number].blockCount, try !isEqual(extent: number, block: end) {
            end += 1
        }
        return end
    }

    /// Ranges of the base, of at least `leastBytes`, none of whose blocks is at its expected place in the image.
    func displaced(leastBytes: Int) throws(SyncError) -> [Range<Int>] {
        var extents: [Int?] = Array(repeating: nil, count: base.layout.extents.count)
        for (number, match) in counterparts.enumerated() {
            if let match, extents[match] == nil { extents[match] = number }
        }
        var ranges: [Range<Int>] = []
        for (number, extent) in base.layout.extents.enumerated() {
            var start = extent.offset
            for index in 0..<extent.blockCount {
                let range = extent.range(ofBlock: index)
                guard let other = extents[number], index < new.layout.extents[other].blockCount,
                    try isEqual(extent: other, block: index)
                else { continue }
                if range.lowerBound - start >= leastBytes { ranges.append(start..<range.lowerBound) }
                start = range.upperBound
            }
            if extent.end - start >= leastBytes { ranges.append(start..<extent.end) }
        }
        return ranges
    }
}
