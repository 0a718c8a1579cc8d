import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing
import Verify

/// How long the room of a store lasts.
@Suite struct SpaceForecastTests {
    private static let day: Int64 = 86_400
    private static let now = Timestamp(seconds: 1_795_312_804)

    /// Points of so many days ago, each of so many bytes; the first of the job where it says so.
    private static func points(_ days: [Double], bytes: Int, firstBytes: Int? = nil) -> [SpaceForecast.Growth]
    {
        days.enumerated().map { number, ago in
            SpaceForecast.Growth(
                received: Timestamp(seconds: now.seconds - Int64(ago * Double(day))),
                bytes: number == 0 ? firstBytes ?? bytes : bytes, isFirst: number == 0 && firstBytes != nil)
        }
    }

    private static func forecast(
        _ jobs: [[SpaceForecast.Growth]], free: Int, of total: Int = 1 << 40, forgets: Bool = false
    ) -> SpaceForecast {
        SpaceForecast(
            jobs, SpaceStatus(availableBytes: free, totalBytes: total), forgets: forgets, now: now)
    }

    /// A store whose clock is so many days ahead.
    private static func store(on files: MemoryFileSystem, day: Int64 = 0) -> LocalStoreService {
        LocalStoreService(
            directory: "/store", files: files,
            clock: FixedClock(Timestamp(seconds: now.seconds + day * Self.day)),
            entropy: SeededEntropy(seed: 1))
    }

    @Test func theRateOfThirtyDaysIsTaken() {
        // A hundred a night for forty nights: what is older than thirty days does not count.
        let nights = Self.points((0..<40).reversed().map(Double.init), bytes: 100)
        let found = Self.forecast([nights], free: 10_000)
        #expect(found.bytesPerDay == 100)
        #expect(found.outlook == .days(100))
        // Nobody stores anything in the last days: the rate falls.
        let ended = Self.points([20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10], bytes: 100)
        #expect(Self.forecast([ended], free: 1000).bytesPerDay == 50)
        #expect(Self.forecast([ended], free: 1000).outlook == .days(20))
        #expect(Self.forecast([nights], free: 0).outlook == .days(0))
    }

    @Test func theFirstFullIsNoRate() {
        let young = Self.points([4, 3, 2, 1], bytes: 100, firstBytes: 1_000_000)
        #expect(Self.forecast([young], free: 1000).bytesPerDay == 75)
        // Also where an older one, damaged since, was before it.
        #expect(Self.forecast([young + young], free: 1000).bytesPerDay ?? 0 < 1000)
    }

    @Test func allJobsOfAStoreShareItsRoom() {
        let one = Self.points([10, 5, 0], bytes: 500)
        let other = Self.points([10, 0], bytes: 300)
        let found = Self.forecast([one, other, []], free: 1300)
        #expect(found.bytesPerDay == 130)
        #expect(found.outlook == .days(10))
    }

    @Test func withoutDataThereIsNoForecast() {
        for points in [
            [], Self.points([3], bytes: 5), Self.points([0.5, 0.1], bytes: 5),
            Self.points([50, 40, 31], bytes: 5),
        ] {
            let found = Self.forecast([points], free: 1000)
            #expect(found.outlook == .noHistory)
            #expect(found.bytesPerDay == nil)
        }
        let nights = Self.points([3, 2, 1], bytes: 100)
        #expect(Self.forecast([nights], free: 0, of: 0).outlook == .noSize)
        #expect(Self.forecast([Self.points([3, 2, 1], bytes: 0)], free: 1000).outlook == .endless)
        // From the future, as by a clock that was set back.
        #expect(Self.forecast([Self.points([-3, -2], bytes: 9)], free: 1000).outlook == .noHistory)
        #expect(Self.forecast([Self.points([3, 2], bytes: 1)], free: .max).outlook == .endless)
    }

    /// What a store says of its room besides that it has no good point.
    private static func findings(_ forecast: SpaceForecast) throws -> [StatusFinding] {
        let fixture = try StoreFixture(on: store(on: MemoryFileSystem()), seed: 5)
        let evidence = try JobEvidence(reading: Repository(fixture.store, job: fixture.job.name))
        let status = JobStatus(
            evidence, Objectives(), forecast, now: now)
        return status.findings.filter { $0 != .noGoodPoint }
    }

    // Goal of this test: who has to buy a disk hears of it a month before, and is not cried at for nothing.
    @Test func theShortOneIsAFindingAndTheUnknownIsNot() throws {
        let nights = [Self.points((0..<31).reversed().map(Double.init), bytes: 100)]
        func found(_ days: Int, of total: Int = 1 << 40, forgets: Bool = false) throws -> [StatusFinding] {
            try Self.findings(Self.forecast(nights, free: days * 100, of: total, forgets: forgets))
        }
        #expect(try found(60, of: 20_000) == [])
        for (days, severity) in [
            (59, StatusFinding.Severity.note), (30, .note), (29, .warning), (0, .warning),
        ] {
            #expect(try found(days) == [.spaceShort(days: days, bytesPerDay: 100)])
            #expect(try found(days).map(\.severity) == [severity])
        }
        // What goes makes room again, and nobody knows how much.
        #expect(try found(10, of: 20_000, forgets: true) == [])
        let full = SpaceStatus(availableBytes: 900, totalBytes: 20_000)
        #expect(try found(9, of: 20_000, forgets: true) == [.nearlyFull(full)])
        #expect(try Self.findings(Self.forecast([], free: 900, of: 20_000)) == [.nearlyFull(full)])
        #expect(try Self.findings(Self.forecast([], free: 0, of: 0)) == [])
        #expect(StatusFinding.nearlyFull(full).severity == .warning)
    }

    @Test func wherePointsHaveGoneTheDaysAreTheLeast() throws {
        let nights = Self.points((0..<31).reversed().map(Double.init), bytes: 100)
        #expect(Self.forecast([nights], free: 1000, forgets: true).outlook == .daysAtLeast(10))
        #expect(Self.forecast([], free: 1000, forgets: true).outlook == .noHistory)
        let files = MemoryFileSystem()
        let store = Self.store(on: files)
        let fixture = try StoreFixture(on: store, seed: 5)
        for _ in 0..<4 { try fixture.addPoint() }
        let later = Timestamp(seconds: Self.now.seconds + 2 * Self.day)
        func outlook() throws -> SpaceForecast.Outlook {
            try SpaceForecast(asking: QuotaStore(store, limit: 1 << 20), now: later).outlook
        }
        guard case .days(let days) = try outlook() else {
            Issue.record("\(try outlook())")
            return
        }
        #expect(days > 1)
        // A point is all that goes: what was stored for the others is the same.
        try files.remove("/store/" + ObjectKey.point(fixture.job.name, 1).path)
        guard case .daysAtLeast = try outlook() else {
            Issue.record("\(try outlook())")
            return
        }
    }

    @Test func aStoreIsAskedForAllOfIt() throws {
        let files = MemoryFileSystem()
        let fixture = try StoreFixture(on: Self.store(on: files, day: -3), seed: 5)
        let store = Self.store(on: files)
        #expect(try SpaceForecast(asking: store, now: Self.now).outlook == .noHistory)
        for _ in 0..<3 { try fixture.addPoint() }
        let bytes = fixture.points.dropFirst().reduce(0) { $0 + $1.point.counts.shippedBytes }
        let found = try SpaceForecast(asking: store, now: Self.now)
        #expect(found.bytesPerDay == Int((Double(bytes) / 3).rounded()))
    }
}
