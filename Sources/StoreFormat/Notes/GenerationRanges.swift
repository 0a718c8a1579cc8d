/// A set of points by their generations, as a few ranges.
package struct GenerationRanges: Equatable, Sendable {
    /// Of those that are kept apart.
    static let maximumCount = 32

    /// Rising and apart.
    let ranges: [ClosedRange<UInt64>]

    /// More ranges than there is room for lose what is between the oldest.
    package init(_ generations: some Sequence<UInt64>) {
        // No point has the generation 0.
        self.init(joining: generations.filter { $0 > 0 }.map { $0...$0 })
    }

    private init(joining given: [ClosedRange<UInt64>]) {
        var ranges: [ClosedRange<UInt64>] = []
        for range in given.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = ranges.last,
                range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound
            {
                ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                ranges.append(range)
            }
        }
        let surplus = ranges.count - Self.maximumCount
        if surplus > 0 {
            let oldest = ranges[0].lowerBound...ranges[surplus].upperBound
            ranges.replaceSubrange(0...surplus, with: [oldest])
        }
        self.ranges = ranges
    }

    /// Nil for ranges that do not rise, or are too many.
    init?(_ ranges: [ClosedRange<UInt64>]) {
        guard ranges.count <= Self.maximumCount,
            zip(ranges, ranges.dropFirst()).allSatisfy({ $0.upperBound < $1.lowerBound })
        else { return nil }
        self.ranges = ranges
    }

    package func union(_ other: Self) -> Self { Self(joining: ranges + other.ranges) }

    package var isEmpty: Bool { ranges.isEmpty }

    package func contains(_ generation: UInt64) -> Bool { ranges.contains { $0.contains(generation) } }
}
