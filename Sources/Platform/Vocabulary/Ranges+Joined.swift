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
