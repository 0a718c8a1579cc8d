package import Platform

/// A sign that the store's clock was wrong, so that the age of every point is unknown.
///
/// Retention does nothing while there is one: what is kept too long costs space, what goes too early is gone (RELIABILITY 1.2, row 21).
package enum ClockAnomaly: Equatable, Sendable, CustomStringConvertible {
    /// A point was received later than it is now.
    case future(UInt64)
    /// A point was received before the one before it.
    case backward(UInt64)
    /// A point was received in the same instant as the one before it.
    case stuck(UInt64)
    /// Before a point, or since the newest, far more time has passed than between those before it.
    case leap(UInt64, seconds: Int64)

    /// Seconds by which clocks that are set by the network may go back.
    private static let tolerance: Int64 = 300
    /// Shortest time between two points that may be a leap, in seconds.
    private static let shortestLeap: Int64 = 86_400
    /// Longest time from the first point to the second that is none.
    private static let longestFirst: Int64 = 366 * 86_400
    /// Distances between points that tell what is usual.
    private static let usualGaps = 11

    /// - Parameters:
    ///   - points: In the order of their generations.
    ///   - now: By the store's clock.
    ///   - trusted: Times up to this generation were looked at by a person, and found right or known for what they are.
    ///   - trustedAt: When that was; nil where it is not known.
    package static func find(
        in points: [RetainedPoint], now: Timestamp, trusted: UInt64 = 0, trustedAt: Timestamp? = nil
    ) -> ClockAnomaly? {
        guard let newest = points.last else { return nil }
        let young = points.drop { $0.generation <= trusted }
        for point in young where point.received.seconds > now.seconds + tolerance {
            return .future(point.generation)
        }
        // Trusted points stay trusted: their times are not judged again, nor is anything compared with one that is out of line.
        let old = LikelyTimes.of(points.prefix(points.count - young.count).map(\.received)).map(\.seconds)
        var gaps = zip(old.dropFirst(), old).map { $0 - $1 }
        var last = trustedAt?.seconds ?? old.last
        var older = points.prefix(points.count - young.count).last
        for point in young {
            if let last {
                let gap = point.received.seconds - last
                if gap < -tolerance { return .backward(point.generation) }
                if point.received == older?.received { return .stuck(point.generation) }
                if isLeap(gap, gaps.suffix(usualGaps)) { return .leap(point.generation, seconds: gap) }
                gaps.append(gap)
            }
            (last, older) = (point.received.seconds, point)
        }
        let sinceNewest = now.seconds - newest.received.seconds
        guard newest.generation > trusted, isLeap(sinceNewest, gaps.suffix(usualGaps)) else { return nil }
        return .leap(newest.generation, seconds: sinceNewest)
    }

    /// One night left out is none.
    private static func isLeap(_ gap: Int64, _ usual: ArraySlice<Int64>) -> Bool {
        guard let longest = usual.max() else { return gap > longestFirst }
        return gap > max(5 * (longest / 2), shortestLeap)
    }

    package var description: String {
        switch self {
        case .future(let generation):
            "point \(generation) was received in the future, by the store's clock"
        case .backward(let generation):
            "point \(generation) was received before the one before it: the store's clock went back"
        case .stuck(let generation):
            "point \(generation) was received in the same instant as the one before it: the store's clock stood still"
        case .leap(let generation, let seconds):
            (seconds < 2 * 86_400 ? "1 day lies" : "\(seconds / 86_400) days lie")
                + " between point \(generation) and what is next to it, "
                + "far more than usual: the store's clock may have leapt, or backups had stopped"
        }
    }
}
