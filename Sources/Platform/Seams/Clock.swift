internal import Glibc

/// Where the program learns the time; a test's clock stands still or jumps.
package protocol Clock: Sendable {
    /// Time of day. For labels and reports, never for order.
    var now: Timestamp { get }
    /// Nanoseconds since an arbitrary start, never backwards. For durations and deadlines.
    var monotonicNanoseconds: UInt64 { get }
    func sleep(milliseconds: Int)
}

/// The kernel's clocks.
package struct SystemClock: Clock {
    package init() {}

    package var now: Timestamp {
        let time = Self.read(CLOCK_REALTIME)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package var monotonicNanoseconds: UInt64 {
        let time = Self.read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    package func sleep(milliseconds: Int) { _ = usleep(UInt32(clamping: milliseconds * 1_000)) }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return time
    }
}
