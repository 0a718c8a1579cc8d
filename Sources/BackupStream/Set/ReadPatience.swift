internal import Platform

/// How often what is bad is read again: up to sixteen times, with pauses that grow by 100 ms (format notes 6.3).
///
/// After a file that stayed bad the disk has had its chance, and the next ones are read again just once.
final class ReadPatience {
    private static let patientTries = 16
    private static let pauseMilliseconds = 100

    private let clock: any Clock
    private var tries = patientTries

    init(_ clock: any Clock) { self.clock = clock }

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
