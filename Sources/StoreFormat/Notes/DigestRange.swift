package import Platform

/// A stretch of the circle of all digests, by their first eight bytes: which objects a verification has read.
///
/// Names of packs, maps and indices are SHA-256, so a stretch has its share of them, and stretches one behind the other have all.
package struct DigestRange: Equatable, Sendable {
    /// The first position in it.
    package let start: UInt64
    /// Positions in it; ``wholeCircle`` for all.
    package let length: UInt64

    package static let wholeCircle = UInt64.max
    package static let whole = DigestRange(start: 0, length: wholeCircle)

    package init(start: UInt64, length: UInt64) {
        self.start = start
        self.length = length
    }

    /// From `start` up to `end`, which is not in it; the whole circle when they are the same.
    package init(from start: UInt64, to end: UInt64) {
        self.init(
            start: start, length: start == end ? Self.wholeCircle : min(end &- start, Self.wholeCircle - 1))
    }

    /// A share of the circle, from 0 to 1.
    package init(start: UInt64, share: Double) {
        let length = share >= 1 ? Self.wholeCircle : UInt64(max(0, share) * 0x1p64)
        self.init(start: start, length: max(1, length))
    }

    /// The first position behind it: where the next one begins.
    package var end: UInt64 { length == Self.wholeCircle ? start : start &+ length }

    package var share: Double { length == Self.wholeCircle ? 1 : Double(length) / 0x1p64 }

    package func contains(_ digest: Digest256) -> Bool {
        length == Self.wholeCircle || Self.position(of: digest) &- start < length
    }

    package static func position(of digest: Digest256) -> UInt64 { UInt64(bigEndianPrefix: digest.bytes) }

    /// The parts of it that do not cross zero, as closed ranges.
    var ranges: [ClosedRange<UInt64>] {
        guard length > 0 else { return [] }
        guard length != Self.wholeCircle else { return [0...UInt64.max] }
        let last = start &+ (length - 1)
        return last >= start ? [start...last] : [start...UInt64.max, 0...last]
    }
}

extension UInt64 {
    /// The first eight bytes, the most significant one first, so that the order is that of the names in a folder.
    fileprivate init(bigEndianPrefix bytes: [UInt8]) {
        self = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// What arcs have in common with the whole circle: whether all of it was read.
package struct DigestCoverage: Equatable, Sendable {
    /// Apart, with a gap between any two, rising.
    private var ranges: [ClosedRange<UInt64>] = []

    package init() {}

    package mutating func insert(_ arc: DigestRange) {
        for range in arc.ranges { insert(range) }
    }

    private mutating func insert(_ range: ClosedRange<UInt64>) {
        var lower = range.lowerBound
        var upper = range.upperBound
        var kept: [ClosedRange<UInt64>] = []
        for known in ranges {
            let isBefore = known.upperBound < lower && lower - known.upperBound > 1
            let isBehind = known.lowerBound > upper && known.lowerBound - upper > 1
            if isBefore || isBehind {
                kept.append(known)
            } else {
                lower = min(lower, known.lowerBound)
                upper = max(upper, known.upperBound)
            }
        }
        ranges = (kept + [lower...upper]).sorted { $0.lowerBound < $1.lowerBound }
    }

    package var isWhole: Bool { ranges == [0...UInt64.max] }

    /// From 0 to 1.
    package var share: Double {
        isWhole
            ? 1 : ranges.reduce(0) { $0 + Double($1.upperBound - $1.lowerBound) / 0x1p64 }
    }
}
