internal import Platform

/// The times of points in a row, with those put right that cannot be.
///
/// Points of rising generations were made one after the other. A time that is out of line with most of the others, as of one
/// night at a wrong clock, becomes that of the next point that is in line: the point is at least as old.
enum LikelyTimes {
    /// - Parameter times: In the order of generations.
    /// - Returns: As many, none earlier than the one before it.
    static func of(_ times: [Timestamp]) -> [Timestamp] {
        let isInLine = longestRise(times)
        var result = times
        var next: Timestamp?
        for index in times.indices.reversed() {
            if isInLine[index] { next = times[index] } else { result[index] = next ?? times[index] }
        }
        // Behind the last one that is in line, the one before it tells.
        var last: Timestamp?
        for index in times.indices {
            if isInLine[index] { last = times[index] }
            if let last, !isInLine[index], result[index] == times[index] { result[index] = last }
        }
        return result
    }

    /// Which of the times are in the longest row that never falls; of two rows the one that ends earlier.
    private static func longestRise(_ times: [Timestamp]) -> [Bool] {
        /// Of each length the place where a row of it ends with the earliest time.
        var ends: [Int] = []
        var before: [Int?] = []
        for (index, time) in times.enumerated() {
            let length = ends.partitioningIndex { times[$0] > time }
            before.append(length == 0 ? nil : ends[length - 1])
            if length < ends.count { ends[length] = index } else { ends.append(index) }
        }
        var isInLine = [Bool](repeating: false, count: times.count)
        var place = ends.last
        while let index = place {
            isInLine[index] = true
            place = before[index]
        }
        return isInLine
    }
}
