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
