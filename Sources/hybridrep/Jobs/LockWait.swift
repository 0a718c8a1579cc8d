internal import Platform

/// How long a run tries to get a lock that another one holds: what `--lock-wait` says.
struct LockWait {
    private static let pauseMilliseconds = 500

    private let clock: any Clock
    private let deadline: UInt64

    init(seconds: Int, _ clock: any Clock) {
        self.clock = clock
        let (span, isTooLong) = UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1_000_000_000)
        let (end, isBeyond) = clock.monotonicNanoseconds.addingReportingOverflow(span)
        deadline = isTooLong || isBeyond ? .max : end
    }

    /// Waits a moment before the next try; false when the time is over.
    func pause() -> Bool {
        guard clock.monotonicNanoseconds < deadline else { return false }
        clock.sleep(milliseconds: Self.pauseMilliseconds)
        return true
    }
}
