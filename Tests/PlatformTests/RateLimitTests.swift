import Platform
import TestSupport
import Testing

@Suite struct RateLimitTests {
    /// A million bytes a second: pieces of 20,000 bytes, 20 ms each.
    private static let million = RateSchedule(bytesPerSecond: 1_000_000)

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    @Test func writingTakesTheTimeThatTheRateSays() throws {
        let clock = SleepingClock()
        let below = ScriptedTransport([])
        let transport = LimitedTransport(below, RateLimiter(Self.million, clock: clock))
        try transport.writeAll(Self.zeros(10_000_000).span)
        // Five hundred pieces; what is under way at the start is the burst of 50 ms and the first piece.
        #expect(clock.elapsedMilliseconds == 499 * 20 - 50)
        #expect(below.sentBytes == 10_000_000)
        #expect(transport.sentBytes == 10_000_000)
    }

    @Test func aLateWakeUpIsMadeUpFor() throws {
        let clock = SleepingClock(late: 7)
        let transport = LimitedTransport(ScriptedTransport([]), RateLimiter(Self.million, clock: clock))
        try transport.writeAll(Self.zeros(10_000_000).span)
        #expect((9_930...9_937).contains(clock.elapsedMilliseconds))
    }

    @Test func readingTakesTheTimeThatTheRateSays() throws {
        let clock = SleepingClock()
        let script = Array(Self.zeros(1_000_000))
        let transport = LimitedTransport(ScriptedTransport(script), RateLimiter(Self.million, clock: clock))
        var buffer = [UInt8](repeating: 1, count: 300_000)
        var pieces: [Int] = []
        while true {
            var span = buffer.mutableSpan
            let got = try transport.read(into: &span)
            if got == 0 { break }
            pieces.append(got)
        }
        #expect(pieces == [Int](repeating: 20_000, count: 50))
        #expect(clock.elapsedMilliseconds == 49 * 20 - 50 + 20)
    }

    @Test func lanesShareTheRateAndDirectionsDoNot() throws {
        let clock = SleepingClock()
        let limiter = RateLimiter(Self.million, clock: clock)
        let lanes = (0..<4).map { _ in LimitedTransport(ScriptedTransport(Self.zeros(20_000)), limiter) }
        for _ in 0..<25 { for lane in lanes { try lane.writeAll(Self.zeros(20_000).span) } }
        #expect(clock.elapsedMilliseconds == 99 * 20 - 50)
        var buffer = Self.zeros(20_000)
        var span = buffer.mutableSpan
        #expect(try lanes[0].read(into: &span) == 20_000)
        #expect(clock.elapsedMilliseconds == 99 * 20 - 50)
    }

    @Test func theTimeOfDayDecides() throws {
        // 17:59:58, and five times as much from 18:00 on.
        let clock = SleepingClock(Timestamp(seconds: 1_795_312_800 / 86_400 * 86_400 + 18 * 3_600 - 2))
        let schedule = try RateSchedule([
            .init(start: 8 * 60, end: 18 * 60, bytesPerSecond: 1_000_000),
            .init(start: 18 * 60, end: 8 * 60, bytesPerSecond: 5_000_000),
        ])
        let transport = LimitedTransport(ScriptedTransport([]), RateLimiter(schedule, clock: clock))
        // 104 pieces begin before six, and thirty of 100,000 bytes follow; each takes 20 ms.
        try transport.writeAll(Self.zeros(104 * 20_000 + 30 * 100_000).span)
        #expect(clock.elapsedMilliseconds == 133 * 20 - 50)
    }

    @Test func noRateIsNoLimit() throws {
        let clock = SleepingClock(Timestamp(seconds: 0))
        let schedule = try RateSchedule([.init(start: 0, end: 0, bytesPerSecond: nil)])
        let transport = LimitedTransport(ScriptedTransport([]), RateLimiter(schedule, clock: clock))
        try transport.writeAll(Self.zeros(3_000_000).span)
        #expect(clock.elapsedMilliseconds == 0)
    }

    @Test func aWindowMayPassMidnight() throws {
        let night = RateSchedule.Window(start: 22 * 60, end: 6 * 60, bytesPerSecond: 1)
        let hours = (0..<24).filter { night.contains($0 * 60) }
        #expect(hours == [0, 1, 2, 3, 4, 5, 22, 23])
        #expect(!night.contains(6 * 60))
        #expect(night.contains(6 * 60 - 1))
    }

    @Test func aTimeBefore1970HasItsMinuteToo() throws {
        let schedule = try RateSchedule([
            .init(start: 0, end: 1439, bytesPerSecond: 1), .init(start: 1439, end: 0, bytesPerSecond: 2),
        ])
        let rates = [-61, -60, -1, 0, 86_339, 86_340].map {
            schedule.bytesPerSecond(at: Timestamp(seconds: $0))
        }
        #expect(rates == [1, 2, 2, 1, 1, 2])
    }

    private static func window(_ start: Int, _ end: Int) -> RateSchedule.Window {
        .init(start: start, end: end, bytesPerSecond: 1)
    }

    @Test func windowsMustMakeADay() throws {
        #expect(throws: RateSchedule.Mistake.overlap(0, 1)) {
            try RateSchedule([Self.window(0, 600), Self.window(599, 0)])
        }
        #expect(throws: RateSchedule.Mistake.overlap(0, 2)) {
            try RateSchedule([Self.window(1200, 600), Self.window(600, 1200), Self.window(0, 10)])
        }
        #expect(throws: RateSchedule.Mistake.gap(minute: 600)) {
            try RateSchedule([Self.window(0, 600), Self.window(601, 0)])
        }
        #expect(throws: RateSchedule.Mistake.gap(minute: 0)) { try RateSchedule([]) }
        #expect(throws: Never.self) { try RateSchedule([Self.window(600, 1200), Self.window(1200, 600)]) }
    }
}
