internal import Image
internal import Restore
internal import StoreFormat

/// Compares an image with its base at the expected places: the same member, the same offset.
struct BlockComparison {
    private let new: Signature
    private let base: Signature
    /// For each extent of the new image the extent of the base with the same key and grid.
    private let counterparts: [Int?]

    init(from base: Signature, to new: Signature) {
        // Readers of its own, since it reads ahead.
        self.new = new.reader()
        self.base = base.reader()
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

    /// How far an extent has moved; nil when the base has none of its name and grid.
    func shift(ofExtent number: Int) -> Int? {
        counterparts[number].map { new.layout.extents[number].offset - base.layout.extents[$0].offset }
    }

    /// The next blocks of an extent that are not at their expected place; nil when all that follow are.
    func nextDifference(ofExtent number: Int, from index: Int) throws(SyncError) -> Range<Int>? {
        guard let counterpart = counterparts[number] else {
            let end = new.layout.extents[number].blockCount
            return index < end ? index..<end : nil
        }
        return try imaging { () throws(ImageError) in
            try SignatureComparison(new, base).nextDifference(in: number, from: index, since: counterpart)
        }
    }

    /// The base's block at the expected place; nil if there is none, or it is zero.
    func oldData(ofExtent number: Int, block index: Int) throws(SyncError) -> Range<Int>? {
        guard let counterpart = counterparts[number] else { return nil }
        let extent = base.layout.extents[counterpart]
        guard index < extent.blockCount else { return nil }
        let content = try imaging { () throws(ImageError) in
            try base.content(ofBlock: base.layout.firstBlocks[counterpart] + index)
        }
        return content == .zero ? nil : extent.range(ofBlock: index)
    }

    /// How many of these blocks the base has at their expected places, whatever is in them.
    func baseBlocks(ofExtent number: Int, in blocks: Range<Int>) -> Int {
        guard let counterpart = counterparts[number] else { return 0 }
        return max(0, min(blocks.upperBound, base.layout.extents[counterpart].blockCount) - blocks.lowerBound)
    }

    /// Ranges of the base, of at least `leastBytes`, none of whose blocks is at its expected place in the image.
    func displaced(leastBytes: Int) throws(SyncError) -> [Range<Int>] {
        var images: [Int?] = Array(repeating: nil, count: base.layout.extents.count)
        for (number, counterpart) in counterparts.enumerated() {
            if let counterpart { images[counterpart] = number }
        }
        // From the base's side, so that what the image has no more is among them.
        let comparison = SignatureComparison(base.reader(), new.reader())
        var ranges: [Range<Int>] = []
        for (number, extent) in base.layout.extents.enumerated() {
            guard let image = images[number] else {
                if extent.length >= leastBytes { ranges.append(extent.offset..<extent.end) }
                continue
            }
            var index = 0
            while let blocks = try imaging({ () throws(ImageError) in
                try comparison.nextDifference(in: number, from: index, since: image)
            }) {
                let range = extent.range(ofBlocks: blocks)
                if range.count >= leastBytes { ranges.append(range) }
                index = blocks.upperBound
            }
        }
        return ranges
    }
}

/// Counts what of an image has changed since its base, and the bytes of records that were made for it.
///
/// Blocks that are shipped although the base has them are not among them: their bytes look like no change of the source.
struct ChangeTally {
    /// Blocks with another content, those that are zero now among them.
    var blocks = 0
    /// Of those blocks that are not zero.
    var bytes = 0
    /// Of the records made for them.
    var storedBytes = 0
    /// Bytes of blocks that earlier pushes have shipped: of changed ones, and of all.
    private(set) var resumed = (changed: 0, all: 0)

    mutating func addResumed(_ count: Int, isChange: Bool) {
        resumed.all += count
        if isChange { resumed.changed += count }
    }

    /// - Parameter resumedBytes: Length of the packs of earlier pushes in which blocks were found.
    func difference(hadBaseBytes: Bool, resumedBytes: Int) -> Point.Difference {
        // In packs with other blocks as well the bytes of the changed ones are unknown.
        let isKnown = resumed.changed == resumed.all
        return Point.Difference(
            hadBaseBytes: hadBaseBytes, changedBytes: bytes - (isKnown ? 0 : resumed.changed),
            storedBytes: storedBytes + (isKnown ? resumedBytes : 0))
    }
}
