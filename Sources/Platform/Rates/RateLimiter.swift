internal import Synchronization

/// Lets bytes pass at a rate, for all transports of a target together and each direction by itself.
///
/// A token bucket, kept as the moment until which what has passed has paid for. What a late wake-up lost can be made
/// up for within ``burstNanoseconds``, so the rate holds and a slow line never has more than that ahead of it.
package final class RateLimiter: Sendable {
    package enum Direction: Sendable { case sending, receiving }

    package static let burstNanoseconds: UInt64 = 50_000_000
    /// Time that one piece takes at most, where the least and the most a piece may have do not say otherwise.
    private static let piecesPerSecond = 50
    private static let pieceBytes = 1024...(256 << 10)

    private let schedule: RateSchedule
    private let clock: any Clock
    private let paid = Mutex<(sending: UInt64, receiving: UInt64)>((0, 0))

    package init(_ schedule: RateSchedule, clock: any Clock) {
        self.schedule = schedule
        self.clock = clock
    }

    /// Most bytes to be moved between two calls of ``pass(_:_:)``; nil for no limit.
    package var pieceBytes: Int? {
        schedule.bytesPerSecond(at: clock.now).map { rate in
            min(max(rate / Self.piecesPerSecond, Self.pieceBytes.lowerBound), Self.pieceBytes.upperBound)
        }
    }

    /// The highest rate of the day; nil for no limit.
    package var mostBytesPerSecond: Int? {
        schedule.windows.contains { $0.bytesPerSecond == nil }
            ? nil : schedule.windows.compactMap(\.bytesPerSecond).max()
    }

    /// Waits until `count` bytes may pass.
    package func pass(_ count: Int, _ direction: Direction) {
        guard let rate = schedule.bytesPerSecond(at: clock.now) else { return }
        let now = clock.monotonicNanoseconds
        let cost = UInt64(count) * 1_000_000_000 / UInt64(max(1, rate))
        let start = paid.withLock { paid in
            func take(_ paid: inout UInt64) -> UInt64 {
                let start = max(paid, now - min(now, Self.burstNanoseconds))
                paid = start + cost
                return start
            }
            return direction == .sending ? take(&paid.sending) : take(&paid.receiving)
        }
        // Longer than a kernel's tick early would be a burst, later is made up for.
        if start > now { clock.sleep(milliseconds: Int((start - now + 999_999) / 1_000_000)) }
    }
}
