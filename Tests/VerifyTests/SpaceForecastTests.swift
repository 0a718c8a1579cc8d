import OffsiteStore
import Platform
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

    private static func forecast(_ jobs: [[SpaceForecast.Growth]], free: Int, of total: Int = 1 << 40)
        -> SpaceForecast
    {
        SpaceForecast(jobs, SpaceStatus(availableBytes: free, totalBytes: total), now: now)
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

    @Test func aStoreIsAskedForAllOfIt() throws {
        let files = MemoryFileSystem()
        func open(_ day: Int64) -> DirectoryStore {
            DirectoryStore(
                root: "/store", files: files,
                clock: FixedClock(Timestamp(seconds: Self.now.seconds + day * Self.day)),
                entropy: SeededEntropy(seed: 1))
        }
        let fixture = try StoreFixture(on: open(-3), seed: 5)
        #expect(try SpaceForecast(asking: open(0), now: Self.now).outlook == .noHistory)
        for _ in 0..<3 { try fixture.addPoint() }
        let bytes = fixture.points.dropFirst().reduce(0) { $0 + $1.point.counts.shippedBytes }
        let found = try SpaceForecast(asking: open(0), now: Self.now)
        #expect(found.bytesPerDay == Int((Double(bytes) / 3).rounded()))
    }
}
