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
