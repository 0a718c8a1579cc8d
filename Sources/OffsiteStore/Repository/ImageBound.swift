internal import Image
internal import Platform
package import StoreFormat

/// How far an image may be larger than what is stored of it (docs/decisions/0013-images-are-bounded.md).
///
/// A map of a few bytes can describe any number of zeros. Verifying a block means hashing 16 bytes, so a map must
/// not be believed on its word alone.
package struct ImageBound: Equatable, Sendable {
    /// Blocks that nothing need be stored for: 512 MiB of fingerprints to hash.
    package static let freeBlocks = 1 << 25
    /// Bytes that nothing need be stored for.
    package static let freeBytes = 1 << 38

    /// Of the image.
    private var blocks: Int
    private var bytes: Int
    /// Those of which the map can have no fingerprint: it is too short for them.
    private var bareBlocks: Int
    private var bareBytes: Int

    package init(_ point: Point) {
        blocks = point.layout.blockCount
        bytes = point.layout.length
        let prints = point.segments.saturatingSum(\.length) / Fingerprint.byteCount
        bareBlocks = max(0, blocks - prints)
        bareBytes = bareBlocks.saturatingMultiply((bytes - 1) / max(1, blocks) + 1)
    }

    /// The size that is believed of any image.
    private init() {
        (blocks, bytes) = (0, 0)
        (bareBlocks, bareBytes) = (Self.freeBlocks, Self.freeBytes)
    }

    package var isFree: Bool { isWithin(ImageBound()) }

    /// No larger than another image, or with no more of which nothing is stored.
    fileprivate func isWithin(_ other: Self) -> Bool {
        blocks <= other.blocks && bytes <= other.bytes
            || bareBlocks <= other.bareBlocks && bareBytes <= other.bareBytes
    }

    /// With another image that vouches as well.
    fileprivate mutating func widen(_ other: Self) {
        blocks = max(blocks, other.blocks)
        bytes = max(bytes, other.bytes)
        bareBlocks = max(bareBlocks, other.bareBlocks)
        bareBytes = max(bareBytes, other.bareBytes)
    }

    fileprivate static let least = ImageBound()
}

/// How large an image may be after each point of a job.
package struct KnownBounds {
    /// Of each point that vouches for more than those before it, rising.
    private var steps: [(generation: UInt64, bound: ImageBound)] = []
    private var oldest = UInt64.max
    /// Generations that a person has accepted by name.
    private let accepted: Set<UInt64>

    init(_ repository: Repository, accepted: Set<Point.Reference>) throws(StoreError) {
        self.accepted = Set(accepted.map(\.generation))
        var known = ImageBound.least
        try repository.forEach { (generation, found) throws(StoreError) in
            guard let stored = try? found.get() else { return }
            let bound = ImageBound(stored.point)
            let isOldest = oldest == .max
            oldest = min(oldest, generation)
            guard isOldest || accepted.contains(stored.reference) || bound.isWithin(known) else { return }
            let before = known
            known.widen(bound)
            if known != before { steps.append((generation, known)) }
        }
    }

    func accepts(_ point: Point) -> Bool { accepted.contains(point.generation) }

    /// The points before it vouch for its size.
    func holds(_ point: Point) -> Bool {
        guard point.generation > oldest else { return true }
        let number = steps.partitioningIndex { $0.generation >= point.generation }
        return ImageBound(point).isWithin(number == 0 ? .least : steps[number - 1].bound)
    }
}

extension Repository {
    /// True if a point's image is of a believable size: most of it is stored, or an older image was no smaller, or
    /// a person has accepted it by name.
    ///
    /// Reads the older points only where the point is far larger than what is stored of it.
    package func isBounded(_ point: Point) throws(StoreError) -> Bool {
        if ImageBound(point).isFree { return true }
        let bounds = try bounds()
        return bounds.holds(point) || bounds.accepts(point)
    }

    /// Why an image is not believed.
    package func unbounded(_ point: Point) -> String {
        "point \(point.id) says that its image has \(HumanQuantity.bytes(point.layout.length)), "
            + "far more than is stored of it and than any point before it had"
    }
}
