extension [Range<Int>] {
    /// Appends a range, or makes the last one longer where that ends with its start.
    package mutating func appendJoined(_ range: Range<Int>) {
        if let last, last.upperBound == range.lowerBound {
            self[count - 1] = last.lowerBound..<range.upperBound
        } else {
            append(range)
        }
    }

    /// Both, rising; they have nothing in common.
    package func joined(_ other: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in (self + other).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            result.appendJoined(range)
        }
        return result
    }
}

extension RandomAccessCollection {
    /// The first index whose element `belongs`, as all that follow do and none before does; `endIndex` when none does.
    package func partitioningIndex(where belongs: (Element) -> Bool) -> Index {
        var start = startIndex
        var left = count
        while left > 0 {
            let half = left / 2
            let middle = index(start, offsetBy: half)
            if belongs(self[middle]) {
                left = half
            } else {
                start = index(after: middle)
                left -= half + 1
            }
        }
        return start
    }
}
