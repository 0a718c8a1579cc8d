import Testing
import Verify

/// How long a restore takes, by a rehearsal of as much, of less or of more.
@Suite struct RestoreTimeTests {
    @Test(arguments: [
        // Of as much: what was measured, never less.
        (100.0, 1000, 1000, 100), (100.2, 1000, 1000, 101), (0, 1000, 1000, 0),
        // Of less: at that rate.
        (100, 1000, 2500, 250), (0.1, 1, 1_000_000, 100_000),
        // Of more: no less than was measured, as what is not bytes takes its time as well.
        (100, 5000, 1000, 100),
        // What no rehearsal measures has a bound.
        (1e300, 1, 1000, 1_000_000_000_000),
    ])
    func seconds(measured: Double, bytes: Int, needed: Int, expected: Int) {
        let time = RestoreTime(measuredSeconds: measured, measuredBytes: bytes, neededBytes: needed)
        #expect(time.seconds == expected)
        #expect(time.isExtrapolated == (bytes < needed))
    }
}
