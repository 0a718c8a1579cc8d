import Testing

@testable import hybridrep

@Suite struct ProgressLineTests {
    private static let second: UInt64 = 1_000_000_000
    private static let clear = "\r\u{1B}[K"

    @Test func showsBytesRateChangeAndTimeLeft() {
        let progress = Progress(
            label: "push mdb01", doneBytes: 1 << 30, totalBytes: 4 << 30, changedBytes: 1 << 25)
        #expect(
            ProgressLine.text(progress, elapsedNanoseconds: 4 * Self.second)
                == "push mdb01: 1.0 GiB of 4.0 GiB (25.0 %), 256 MiB/s, 3.1 % changed, 12 s left")
    }

    @Test func aStreamHasNoTotal() {
        let progress = Progress(label: "backup", doneBytes: 2048)
        #expect(
            ProgressLine.text(progress, elapsedNanoseconds: 2 * Self.second) == "backup: 2.0 KiB, 1.0 KiB/s")
    }

    @Test func theFirstMomentHasNoRateAndNoTimeLeft() {
        let progress = Progress(label: "backup", totalBytes: 10)
        #expect(ProgressLine.text(progress, elapsedNanoseconds: 0) == "backup: 0 B of 10 B (0.0 %), 0 B/s")
    }

    @Test(arguments: [0, 1, Int.max]) func extremesDoNotTrap(done: Int) {
        let progress = Progress(label: "x", doneBytes: done, totalBytes: Int.max, changedBytes: Int.max)
        #expect(ProgressLine.text(progress, elapsedNanoseconds: 1).hasPrefix("x: "))
        #expect(ProgressLine.text(progress, elapsedNanoseconds: .max).hasPrefix("x: "))
    }

    @Test func isRedrawnAtMostTenTimesASecond() {
        var line = ProgressLine(isColored: false)
        let times = stride(from: 0, to: Self.second, by: 1_000_000)
        let frames = times.compactMap { line.frame(Progress(label: "x"), at: 5 + $0, columns: 80) }
        #expect(frames.count == 10)
        #expect(frames.allSatisfy { $0 == Self.clear + "x: 0 B, 0 B/s" })
    }

    @Test func neverReachesTheLastColumn() {
        var line = ProgressLine(isColored: false)
        let frame = line.frame(Progress(label: String(repeating: "n", count: 100)), at: 0, columns: 20)
        #expect(frame == Self.clear + String(repeating: "n", count: 19))
    }

    @Test func colourIsForTheLabelAlone() {
        var line = ProgressLine(isColored: true)
        #expect(
            line.frame(Progress(label: "push"), at: 0, columns: 80)
                == Self.clear + "\u{1B}[1mpush\u{1B}[0m: 0 B, 0 B/s")
    }

    @Test func aNewLabelBeginsANewMeasurement() {
        var line = ProgressLine(isColored: false)
        _ = line.frame(Progress(label: "a", doneBytes: 1 << 20), at: 0, columns: 80)
        let frame = line.frame(Progress(label: "b", doneBytes: 0), at: 1, columns: 80)
        #expect(frame == Self.clear + "b: 0 B, 0 B/s")
    }

    @Test func isTakenAwayOnceAndOnlyWhenThere() {
        var line = ProgressLine(isColored: false)
        #expect(line.clear() == "")
        _ = line.frame(Progress(label: "x"), at: 0, columns: 80)
        #expect(line.clear() == Self.clear)
        #expect(line.clear() == "")
    }
}
