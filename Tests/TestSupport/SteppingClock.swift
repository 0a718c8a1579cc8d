package import Platform
internal import Synchronization

/// A clock that moves on by the same step whenever its monotonic time is read.
package final class SteppingClock: Clock {
    private let step: UInt64
    private let time = Atomic<UInt64>(0)

    package init(stepNanoseconds: UInt64) { step = stepNanoseconds }

    package var now: Timestamp { Timestamp(seconds: 1_795_312_804) }
    package var monotonicNanoseconds: UInt64 { time.add(step, ordering: .relaxed).newValue }
    package func sleep(milliseconds: Int) {}
}
