import Platform
import TestSupport
import Testing

@testable import hybridrep

@Suite struct BackoffTests {
    /// The pauses of a push that gets no further.
    private func pauses(_ patience: inout Backoff, _ clock: SleepingClock) -> [Int] {
        var pauses: [Int] = []
        while let pause = patience.nextPause() {
            pauses.append(pause)
            clock.sleep(milliseconds: pause * 1_000)
        }
        return pauses
    }

    @Test("pauses double up to a minute, and end in time")
    func pauses() {
        let clock = SleepingClock()
        var patience = Backoff(seconds: 300, clock)
        #expect(pauses(&patience, clock) == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        #expect(clock.elapsedMilliseconds == 243_000)
    }

    @Test("progress begins it anew")
    func progress() {
        let clock = SleepingClock()
        var patience = Backoff(seconds: 10, clock)
        #expect(pauses(&patience, clock) == [1, 2, 4])
        patience.noteProgress()
        #expect(pauses(&patience, clock) == [1, 2, 4])
    }

    @Test("none is none")
    func none() {
        var patience = Backoff(seconds: 0, SleepingClock())
        #expect(patience.nextPause() == nil)
    }
}
