internal import Platform

/// How often what is bad is read again: up to sixteen times, with pauses that grow by 100 ms (format notes 6.3).
///
/// After something that stayed bad the disk has had its chance, and the next ones are read again just once.
final class ReadPatience {
    private static let patientTries = 16
    private static let doubtfulTries = 2
    private static let pauseMilliseconds = 100

    private let clock: any Clock
    private var tries: Int

    init(_ clock: any Clock) {
        self.clock = clock
        tries = Self.patientTries
    }

    private init(_ clock: any Clock, tries: Int) {
        self.clock = clock
        self.tries = tries
    }

    /// Backoff that nobody has tried yet.
    func renewed() -> ReadPatience { ReadPatience(clock) }

    /// A little patience, for what may well be as it should be.
    func doubtful() -> ReadPatience { ReadPatience(clock, tries: Self.doubtfulTries) }

    /// Reads again until it is good; false when it stayed bad.
    func retry(_ read: () throws(BackupError) -> Bool) throws(BackupError) -> Bool {
        for attempt in 1...tries {
            clock.sleep(milliseconds: attempt * Self.pauseMilliseconds)
            if try read() { return true }
        }
        tries = 1
        return false
    }
}
