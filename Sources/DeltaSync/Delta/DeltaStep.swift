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
    /// All zero, and not so at this place before.
    case zero(Range<Int>, blockSize: Int)
    /// One block with other bytes; `base` is the block it takes the place of.
    case changed(Range<Int>, blockSize: Int, Fingerprint, base: BaseBlock?)

    package struct BaseBlock: Equatable, Sendable {
        package let range: Range<Int>
        package let fingerprint: Fingerprint

        package init(range: Range<Int>, fingerprint: Fingerprint) {
            self.range = range
            self.fingerprint = fingerprint
        }
    }
}
