internal import Platform

extension FingerprintRun {
    /// `newer` over `older` as one layer that will lie over others: it hides of them what either of the two hid.
    ///
    /// Blocks that are covered in part leave bytes of which nothing is known any more. Without a run of their own they
    /// would be a hole, through which a fingerprint of an older layer would show that is none of the bytes there now.
    static func merged(_ newer: [Self], over older: [Self], limit: Int) throws(FormatError) -> [Self] {
        let known = try overlay(newer, over: older, limit: limit)
        var result: [Self] = []
        var next = 0
        for covered in covered(newer, older) {
            var start = covered.lowerBound
            while next < known.count, known[next].offset < covered.upperBound {
                if start < known[next].offset { result.append(.unknown(start..<known[next].offset)) }
                result.append(known[next])
                start = known[next].end
                next += 1
            }
            if start < covered.upperBound { result.append(.unknown(start..<covered.upperBound)) }
        }
        guard result.count <= limit else {
            throw .overLimit(field: "fingerprint runs", value: UInt64(result.count), limit: UInt64(limit))
        }
        return result
    }

    /// The bytes that two layers have runs for, rising and apart.
    private static func covered(_ newer: [Self], _ older: [Self]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var (above, below) = (newer[...], older[...])
        while let run = (above.first?.offset ?? .max) <= (below.first?.offset ?? .max)
            ? above.popFirst() : below.popFirst()
        {
            if let last = ranges.last, run.offset <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, run.end)
            } else {
                ranges.append(run.offset..<run.end)
            }
        }
        return ranges
    }

    /// Bytes of which nothing is known: they have moved from where no image has any.
    private static func unknown(_ range: Range<Int>) -> Self {
        Self(
            offset: range.lowerBound, length: range.count, blockSize: 1,
            source: .moved(from: MapEntry.maximumOffset - range.count))
    }
}
