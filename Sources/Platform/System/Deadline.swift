/// A moment on the monotonic clock after which waiting is over.
struct Deadline {
    /// Nanoseconds on the system's monotonic clock; nil means never.
    private let end: UInt64?

    /// The moment `milliseconds` (at most some 30 years) from now; nil means never.
    init(milliseconds: Int?) {
        end = milliseconds.map {
            SystemClock().monotonicNanoseconds + UInt64(min(max(0, $0), 1_000_000_000_000)) * 1_000_000
        }
    }

    /// The moment `seconds` from now; nil means never.
    init(seconds: Int?) { self.init(milliseconds: seconds.map { min(max(0, $0), 1_000_000_000) * 1_000 }) }

    var hasPassed: Bool { remainingMilliseconds == 0 }

    /// The remaining time, rounded up; 0 if it has passed, nil if it never will.
    var remainingMilliseconds: Int? {
        guard let end else { return nil }
        let now = SystemClock().monotonicNanoseconds
        return now >= end ? 0 : Int((end - now + 999_999) / 1_000_000)
    }
}
