internal import Image
package import Platform
package import Restore

/// The parts of an image that its base has.
///
/// The expected place of a block is the same member and offset in the base. What is not there may have been moved by
/// something that was inserted or removed before it (``ShiftSearch``); what is nowhere is new. Runs of blocks that are
/// alike, and of zeros, are never looked at block by block.
package struct DeltaPlan {
    /// Fewest bytes without a block at its expected place that a shift is looked for in.
    private static let leastSearched = 32 << 10

    private let new: Signature
    private let carriesMapOn: Bool
    private let comparison: BlockComparison?
    private let shifts: ShiftSearch?

    /// - Parameter carriesMapOn: True if the new image's map is a layer above the base's; else it must name every block.
    package init(
        from base: BaseImage?, to image: ShippedImage, _ fingerprinter: Fingerprinter,
        carriesMapOn: Bool = true
    ) {
        new = image.signature
        self.carriesMapOn = carriesMapOn
        let comparison = base.map { BlockComparison(from: $0.signature, to: image.signature) }
        self.comparison = comparison
        shifts =
            if carriesMapOn, let comparison, let base, let file = base.file {
                ShiftSearch(image, base: file, signature: base.signature, fingerprinter) {
                    () throws(SyncError) in try comparison.displaced(leastBytes: Self.leastSearched)
                }
            } else { nil }
    }

    /// Calls `body` with steps that cover the new image in order.
    ///
    /// A changed block always comes alone.
    package func forEachStep(_ body: (DeltaStep) throws(SyncError) -> Void) throws(SyncError) {
        for (number, extent) in new.layout.extents.enumerated() {
            var index = 0
            while index < extent.blockCount {
                let difference =
                    if let comparison {
                        try comparison.nextDifference(ofExtent: number, from: index)
                    } else { index..<extent.blockCount }
                let kept = index..<(difference?.lowerBound ?? extent.blockCount)
                if !kept.isEmpty { try forEachKept(kept, number, extent, body) }
                if let difference { try forEachDifferent(difference, number, extent, body) }
                index = difference?.upperBound ?? extent.blockCount
            }
        }
    }

    /// Blocks that have their bytes from their expected places.
    private func forEachKept(
        _ blocks: Range<Int>, _ number: Int, _ extent: Extent, _ body: (DeltaStep) throws(SyncError) -> Void
    ) throws(SyncError) {
        let shift = comparison?.shift(ofExtent: number) ?? 0
        if carriesMapOn, shift == 0 { return try body(.unchanged(extent.range(ofBlocks: blocks))) }
        try forEachRun(blocks, number) { (run, fingerprints) throws(SyncError) in
            let range = extent.range(ofBlocks: run)
            guard let fingerprints else {
                return try body(.zero(range, blockSize: extent.blockSize, replacedBlocks: 0))
            }
            if carriesMapOn {
                try body(.moved(range, from: range.lowerBound - shift, blockSize: extent.blockSize))
            } else {
                for (index, fingerprint) in zip(run, fingerprints) {
                    let block = extent.range(ofBlock: index)
                    try body(
                        .adopted(
                            block, from: block.lowerBound - shift, blockSize: extent.blockSize, fingerprint))
                }
            }
        }
    }

    /// Blocks that are not at their expected places.
    private func forEachDifferent(
        _ blocks: Range<Int>, _ number: Int, _ extent: Extent, _ body: (DeltaStep) throws(SyncError) -> Void
    ) throws(SyncError) {
        let bytes = extent.range(ofBlocks: blocks)
        let run = bytes.count >= Self.leastSearched ? bytes : nil
        let expected = comparison?.shift(ofExtent: number).map { bytes.lowerBound - $0 }
        /// Blocks that have moved together.
        var moved: DeltaStep?
        try forEachRun(blocks, number) { (blocks, fingerprints) throws(SyncError) in
            guard let fingerprints else {
                if let step = moved.take() { try body(step) }
                let replaced = comparison?.baseBlocks(ofExtent: number, in: blocks) ?? 0
                return try body(
                    .zero(
                        extent.range(ofBlocks: blocks), blockSize: extent.blockSize, replacedBlocks: replaced)
                )
            }
            for (index, fingerprint) in zip(blocks, fingerprints) {
                let range = extent.range(ofBlock: index)
                let place = try shifts?.place(of: range, .data(fingerprint), in: run, expected: expected)
                if case .moved(let from) = place {
                    let step = DeltaStep.moved(range, from: from, blockSize: extent.blockSize)
                    if let joined = moved?.joined(with: step) {
                        moved = joined
                    } else {
                        if let moved { try body(moved) }
                        moved = step
                    }
                    continue
                }
                if let step = moved.take() { try body(step) }
                let old: [Range<Int>] =
                    if case .near(let ranges) = place {
                        ranges
                    } else {
                        [try comparison?.oldData(ofExtent: number, block: index)].compactMap(\.self)
                    }
                try body(.changed(range, blockSize: extent.blockSize, fingerprint, base: old))
            }
        }
        if let moved { try body(moved) }
    }

    /// Calls `body` with runs of an extent's blocks: all zero, or each with its fingerprint.
    private func forEachRun(
        _ blocks: Range<Int>, _ number: Int,
        _ body: (Range<Int>, ArraySlice<Fingerprint>?) throws(SyncError) -> Void
    ) throws(SyncError) {
        var index = blocks.lowerBound
        while index < blocks.upperBound {
            let found = try imaging { () throws(ImageError) in
                try new.blocks(
                    from: new.layout.firstBlocks[number] + index, limit: blocks.upperBound - index)
            }
            guard let found else { return }
            try body(index..<index + found.count, found.fingerprints)
            index += found.count
        }
    }
}

/// One thing that is different, or not, between an image and its base.
package enum DeltaStep: Equatable, Sendable {
    /// Same bytes at the same place.
    case unchanged(Range<Int>)
    /// Same bytes, which stood at `from` in the base.
    case moved(Range<Int>, from: Int, blockSize: Int)
    /// One block whose bytes stood at `from` in a base whose map is not carried on.
    case adopted(Range<Int>, from: Int, blockSize: Int, Fingerprint)
    /// All zero; at this place the base had `replacedBlocks` other blocks.
    case zero(Range<Int>, blockSize: Int, replacedBlocks: Int)
    /// One block with other bytes; `base` are the ranges of the base that are most like it, none if nothing is.
    case changed(Range<Int>, blockSize: Int, Fingerprint, base: [Range<Int>])

    /// Range of the step in the new image.
    package var range: Range<Int> {
        switch self {
        case .unchanged(let range), .moved(let range, _, _), .adopted(let range, _, _, _),
            .zero(let range, _, _), .changed(let range, _, _, _):
            range
        }
    }

    /// This moved range and the next as one; nil when they have not moved together, or a short block would be inside.
    func joined(with next: Self) -> Self? {
        guard case .moved(let range, let from, let blockSize) = self,
            case .moved(let other, let place, blockSize) = next, other.lowerBound == range.upperBound,
            place == from + range.count, range.count % blockSize == 0
        else { return nil }
        return .moved(range.lowerBound..<other.upperBound, from: from, blockSize: blockSize)
    }
}
