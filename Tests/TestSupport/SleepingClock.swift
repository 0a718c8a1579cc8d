package import Platform
internal import Synchronization

/// A clock that moves on only when somebody sleeps.
package final class SleepingClock: Clock {
    private let start: Timestamp
    /// Whether sleeping also takes some time longer, in milliseconds.
    private let late: Int
    private let slept = Atomic<UInt64>(0)
    private static let monotonicStart: UInt64 = 5_000_000_000

    package init(_ start: Timestamp = FixedClock().now, late: Int = 0) {
        self.start = start
        self.late = late
    }

    package var now: Timestamp {
        Timestamp(nanoseconds: start.nanoseconds + Int64(elapsedMilliseconds) * 1_000_000)
    }
    package var monotonicNanoseconds: UInt64 {
        Self.monotonicStart + UInt64(elapsedMilliseconds) * 1_000_000
    }
    package func sleep(milliseconds: Int) {
        slept.add(UInt64(milliseconds + late), ordering: .relaxed)
    }
    package var elapsedMilliseconds: Int { Int(slept.load(ordering: .relaxed)) }
}
