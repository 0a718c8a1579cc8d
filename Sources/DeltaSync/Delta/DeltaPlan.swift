package import Image
internal import Platform

/// Compares two signatures block by block.
///
/// The expected place of a block is the same member and offset in the base. What is not there is new.
package struct DeltaPlan {
    private let new: Signature
    private let base: Signature?
    private let carriesMapOn: Bool
    private let baseExtents: [Extent.Key: Int]

    /// - Parameter carriesMapOn: The new image's map lies over the base's; else it must name every block.
    package init(from base: Signature?, to new: Signature, carriesMapOn: Bool = true) {
        self.new = new
        self.carriesMapOn = carriesMapOn
        self.base = base
        var extents: [Extent.Key: Int] = [:]
        for (number, extent) in (base?.layout.extents ?? []).enumerated() where extents[extent.key] == nil {
            extents[extent.key] = number
        }
        baseExtents = extents
    }

    /// Calls `body` with steps that cover the new image in order; neighbours that are alike come as one.
    ///
    /// A changed block always comes alone.
    package func forEachStep(_ body: (DeltaStep) throws(SyncError) -> Void) throws(SyncError) {
        var pending: DeltaStep?
        for (number, extent) in new.layout.extents.enumerated() {
            let match = expectedPlace(of: extent)
            for index in 0..<extent.blockCount {
                let step = try step(number, index, match)
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

    /// The extent of the base with the same key and grid.
    private func expectedPlace(of extent: Extent) -> Int? {
        guard let number = baseExtents[extent.key], let base,
            base.layout.extents[number].blockSize == extent.blockSize
        else { return nil }
        return number
    }

    private func step(_ number: Int, _ index: Int, _ match: Int?) throws(SyncError) -> DeltaStep {
        let extent = new.layout.extents[number]
        let range = extent.range(ofBlock: index)
        let content = try imaging { () throws(ImageError) in
            try new.content(ofBlock: new.layout.firstBlocks[number] + index)
        }
        guard let match, let base, index < base.layout.extents[match].blockCount else {
            return Self.fresh(content, range, extent.blockSize, base: nil)
        }
        let old = base.layout.extents[match].range(ofBlock: index)
        let oldContent = try imaging { () throws(ImageError) in
            try base.content(ofBlock: base.layout.firstBlocks[match] + index)
        }
        if content == oldContent, old.count == range.count {
            guard carriesMapOn else {
                return switch content {
                case .zero: .zero(range, blockSize: extent.blockSize)
                case .data(let fingerprint):
                    .adopted(
                        range, from: old.lowerBound, blockSize: extent.blockSize, fingerprint)
                }
            }
            if old == range { return .unchanged(range) }
            guard case .zero = content else {
                return .moved(range, from: old.lowerBound, blockSize: extent.blockSize)
            }
        }
        guard case .data(let fingerprint) = oldContent else {
            return Self.fresh(content, range, extent.blockSize, base: nil)
        }
        return Self.fresh(
            content, range, extent.blockSize, base: DeltaStep.BaseBlock(range: old, fingerprint: fingerprint))
    }

    private static func fresh(
        _ content: BlockContent, _ range: Range<Int>, _ blockSize: Int, base: DeltaStep.BaseBlock?
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
