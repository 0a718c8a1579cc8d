internal import Image
package import Platform

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

    /// Where in the new image the step is.
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
