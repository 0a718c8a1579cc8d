internal import Image
package import Platform

/// What of an image its base has, block by block.
///
/// The expected place of a block is the same member and offset in the base. What is not there may have been moved by
/// something that was inserted or removed before it (``ShiftSearch``); what is nowhere is new.
package struct DeltaPlan {
    /// Fewest bytes without a block at its expected place that a shift is looked for in.
    private static let leastSearched = 32 << 10

    private let new: Signature
    private let carriesMapOn: Bool
    private let comparison: BlockComparison?
    private let shifts: ShiftSearch?

    /// - Parameter carriesMapOn: The new image's map lies over the base's; else it must name every block.
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

    /// Calls `body` with steps that cover the new image in order; neighbours that are alike come as one.
    ///
    /// A changed block always comes alone.
    package func forEachStep(_ body: (DeltaStep) throws(SyncError) -> Void) throws(SyncError) {
        var pending: DeltaStep?
        for (number, extent) in new.layout.extents.enumerated() {
            /// Blocks that are not at their expected place.
            var run = 0..<0
            for index in 0..<extent.blockCount {
                let step = try step(number, extent, index, &run)
                if let joined = pending.flatMap({ Self.join($0, step) }) {
                    pending = joined
                } else {
                    if let pending { try body(pending) }
                    pending = step
                }
            }
        }
        if let pending { try body(pending) }
    }

    private func step(
        _ number: Int, _ extent: Extent, _ index: Int, _ run: inout Range<Int>
    ) throws(SyncError) -> DeltaStep {
        let range = extent.range(ofBlock: index)
        let content = try content(number, index)
        guard let comparison else { return Self.fresh(content, range, extent.blockSize, base: []) }
        let old = try comparison.counterpart(ofExtent: number, block: index)
        if let old, content == old.content, old.range.count == range.count {
            return kept(content, range, extent.blockSize, old.range)
        }
        guard case .data = content else { return Self.fresh(content, range, extent.blockSize, base: []) }
        if let shifts {
            if !run.contains(index) {
                run = index..<(try comparison.endOfRun(extent: number, from: index))
            }
            let bytes =
                extent.range(ofBlock: run.lowerBound)
                .lowerBound..<extent.range(ofBlock: run.upperBound - 1).upperBound
            let place = try shifts.place(
                of: range, content, in: bytes.count >= Self.leastSearched ? bytes : nil,
                expected: comparison.expectedPlace(ofExtent: number, offset: bytes.lowerBound))
            switch place {
            case .moved(let from): return .moved(range, from: from, blockSize: extent.blockSize)
            case .near(let ranges): return Self.fresh(content, range, extent.blockSize, base: ranges)
            case .unknown: break
            }
        }
        let base: [Range<Int>] = if let old, case .data = old.content { [old.range] } else { [] }
        return Self.fresh(content, range, extent.blockSize, base: base)
    }

    private func content(_ number: Int, _ index: Int) throws(SyncError) -> BlockContent {
        try imaging { () throws(ImageError) in
            try new.content(ofBlock: new.layout.firstBlocks[number] + index)
        }
    }

    /// A block that has its bytes from its expected place.
    private func kept(
        _ content: BlockContent, _ range: Range<Int>, _ blockSize: Int, _ old: Range<Int>
    ) -> DeltaStep {
        switch (content, carriesMapOn) {
        case (.zero, false): .zero(range, blockSize: blockSize)
        case (.data(let fingerprint), false):
            .adopted(range, from: old.lowerBound, blockSize: blockSize, fingerprint)
        case (_, true) where old == range: .unchanged(range)
        case (.zero, true): .zero(range, blockSize: blockSize)
        case (.data, true): .moved(range, from: old.lowerBound, blockSize: blockSize)
        }
    }

    private static func fresh(
        _ content: BlockContent, _ range: Range<Int>, _ blockSize: Int, base: [Range<Int>]
    ) -> DeltaStep {
        switch content {
        case .zero: .zero(range, blockSize: blockSize)
        case .data(let fingerprint): .changed(range, blockSize: blockSize, fingerprint, base: base)
        }
    }

    /// Both as one step; nil when they are not alike or not neighbours, or a short block is not the last.
    private static func join(_ first: DeltaStep, _ second: DeltaStep) -> DeltaStep? {
        switch (first, second) {
        case (.unchanged(let a), .unchanged(let b)):
            .unchanged(a.lowerBound..<b.upperBound)
        case (.zero(let a, let size), .zero(let b, let other)) where size == other && a.count % size == 0:
            .zero(a.lowerBound..<b.upperBound, blockSize: size)
        case (.moved(let a, let from, let size), .moved(let b, let next, let other))
        where size == other && next == from + a.count && a.count % size == 0:
            .moved(a.lowerBound..<b.upperBound, from: from, blockSize: size)
        default: nil
        }
    }
}
