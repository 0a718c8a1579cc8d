internal import Platform

/// How long a push whose connection broke goes on trying: what `retry-for` says, from the last progress on.
struct Backoff {
    private static let mostPauseSeconds = 60

    private let clock: any Clock
    private let nanoseconds: UInt64
    private var lastProgress: UInt64
    private var pauseSeconds = 1

    init(seconds: Int, _ clock: any Clock) {
        self.clock = clock
        nanoseconds = UInt64(max(0, seconds)) * 1_000_000_000
        lastProgress = clock.monotonicNanoseconds
    }

    /// Notes that something was shipped.
    mutating func noteProgress() {
        lastProgress = clock.monotonicNanoseconds
        pauseSeconds = 1
    }

    /// How many seconds to wait before the next try, twice as long each time; nil when it is given up.
    mutating func nextPause() -> Int? {
        let pause = pauseSeconds
        guard clock.monotonicNanoseconds - lastProgress + UInt64(pause) * 1_000_000_000 <= nanoseconds else {
            return nil
        }
        pauseSeconds = min(2 * pauseSeconds, Self.mostPauseSeconds)
        return pause
    }
}
