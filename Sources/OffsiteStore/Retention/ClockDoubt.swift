package import Platform

/// A sign that the store's clock was wrong, so that the age of no point can be told.
///
/// Retention does nothing while there is one: what is kept too long costs space, what goes too early is gone (RELIABILITY 1.2, row 21).
package enum ClockDoubt: Equatable, Sendable, CustomStringConvertible {
    /// A point was received later than it is now.
    case future(UInt64)
    /// A point was received before the one before it.
    case backward(UInt64)
    /// A point was received in the same instant as the one before it.
    case stuck(UInt64)
    /// Since the newest point, or before it, far more time has passed than between any two others.
    case leap(UInt64, seconds: Int64)

    /// Seconds by which clocks that are set by the network may go back.
    private static let tolerance: Int64 = 300
    /// Shortest time between two points that may be a leap, in seconds.
    private static let shortestLeap: Int64 = 86_400
    /// Points whose distances tell what is usual; older ones are thinned out.
    private static let usualPoints = 12

    /// - Parameters:
    ///   - points: In the order of their generations.
    ///   - now: By the store's clock.
    package static func find(in points: [RetainedPoint], now: Timestamp) -> ClockDoubt? {
        guard let newest = points.last else { return nil }
        for point in points where point.received.seconds > now.seconds + tolerance {
            return .future(point.generation)
        }
        for (older, point) in zip(points, points.dropFirst()) {
            if point.received.seconds < older.received.seconds - tolerance {
                return .backward(point.generation)
            }
            if point.received == older.received { return .stuck(point.generation) }
        }
        let times = points.suffix(usualPoints).map(\.received.seconds)
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        if isLeap(now.seconds - newest.received.seconds, gaps[...]) {
            return .leap(newest.generation, seconds: now.seconds - newest.received.seconds)
        }
        if let last = gaps.last, isLeap(last, gaps.dropLast()) {
            return .leap(newest.generation, seconds: last)
        }
        return nil
    }

    private static func isLeap(_ gap: Int64, _ usual: ArraySlice<Int64>) -> Bool {
        gap > max(2 * (usual.max() ?? 0), shortestLeap)
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
            "\(seconds / 86_400) days lie between point \(generation) and what is next to it, "
                + "more than twice the usual: the store's clock may have leapt, or backups have stopped"
        }
    }
}
