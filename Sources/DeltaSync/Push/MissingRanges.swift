internal import Image
internal import Platform
internal import Restore

/// Parts of a base's image whose bytes the store no longer has: what looks unchanged there must be shipped all the same.
struct MissingRanges {
    /// More pieces than that are not worth being told apart.
    static let mostRanges = 1 << 20

    /// Rising and apart.
    private(set) var ranges: [Range<Int>] = []

    var byteCount: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Adds one behind the last.
    mutating func append(_ range: Range<Int>) { ranges.appendJoined(range) }

    /// True when some of a part of the base is lost.
    func touches(_ range: Range<Int>) -> Bool {
        let next = ranges.partitioningIndex { $0.upperBound > range.lowerBound }
        return next < ranges.count && ranges[next].lowerBound < range.upperBound
    }

    /// Cuts whole blocks of an image, which stand from `from` on in the base, into those that are lost and the others.
    func forEachPart(
        of range: Range<Int>, from: Int, in layout: ImageLayout,
        _ body: (Range<Int>, _ isLost: Bool) throws(SyncError) -> Void
    ) throws(SyncError) {
        let shift = range.lowerBound - from
        let end = range.upperBound - shift
        var start = range.lowerBound
        var next = ranges.partitioningIndex { $0.upperBound > from }
        while next < ranges.count, ranges[next].lowerBound < end {
            let first = max(start, ranges[next].lowerBound + shift)
            let last = min(ranges[next].upperBound, end) + shift - 1
            next += 1
            guard first <= last, let from = layout.block(at: first)?.range.lowerBound,
                let to = layout.block(at: last)?.range.upperBound
            else { continue }
            if start < from { try body(start..<from, false) }
            try body(from..<to, true)
            start = to
        }
        if start < range.upperBound { try body(start..<range.upperBound, false) }
    }
}
