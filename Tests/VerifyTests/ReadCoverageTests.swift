import Platform
import StoreFormat
import Testing
import Verify

/// What verifications have read of all bytes, as it changes while time passes.
@Suite struct ReadCoverageTests {
    /// A quarter of the circle that begins at one of its quarters, read on a day.
    private static func coverage(_ quarters: [(quarter: UInt64, day: Int64)], within days: Int)
        -> ReadCoverage
    {
        var coverage = ReadCoverage(within: days * 86_400)
        for (quarter, day) in quarters {
            coverage.add(
                DigestRange(start: quarter << 62, length: 1 << 62), at: Timestamp(seconds: day * 86_400))
        }
        return coverage
    }

    @Test func whatWasReadCountsUntilItsTimeIsOver() {
        let coverage = Self.coverage([(0, 1), (1, 2), (0, 3)], within: 10)
        let day: Int64 = 86_400
        #expect(coverage.share(at: day - 1) == 0)
        #expect(abs(coverage.share(at: day) - 0.25) < 1e-9)
        #expect(abs(coverage.share(at: 3 * day) - 0.5) < 1e-9)
        // The first quarter was read again; the second was not.
        #expect(abs(coverage.share(at: 12 * day) - 0.5) < 1e-9)
        #expect(abs(coverage.share(at: 12 * day + 1) - 0.25) < 1e-9)
        #expect(coverage.share(at: 13 * day + 1) == 0)
    }

    @Test func eachStepHasItsTwoSides() {
        let steps = Self.coverage([(0, 2)], within: 3).steps(from: 86_400, to: 8 * 86_400)
        #expect(
            steps.map(\.time)
                == [1, 2, 2, 5, 5, 8].enumerated().map { index, day in
                    day * 86_400 + [0, -1, 0, 0, 1, 0][index]
                })
        #expect(steps.map { ($0.share * 4).rounded() } == [0, 0, 1, 1, 0, 0])
    }

    @Test func allQuartersAreAll() {
        let coverage = Self.coverage([(2, 1), (0, 2), (3, 2), (1, 4)], within: 30)
        #expect(coverage.share(at: 4 * 86_400) == 1)
        #expect(coverage.share(at: 4 * 86_400 - 1) < 0.76)
    }

    @Test func nothingReadIsNothing() {
        let steps = ReadCoverage(within: 1).steps(from: 5, to: 9)
        #expect(steps.map(\.time) == [5, 9])
        #expect(steps.map(\.share) == [0, 0])
        #expect(ReadCoverage(within: 1).steps(from: 9, to: 5).map(\.time) == [5])
    }

    @Test func manyStepsAreTakenEvenly() {
        let many = (0..<2000).map { (UInt64($0 % 4), Int64($0)) }
        let end: Int64 = 1999 * 86_400
        let steps = Self.coverage(many, within: 2).steps(from: 0, to: end)
        #expect(steps.count == 151)
        #expect(steps.last?.time == end)
        #expect(steps.dropFirst().allSatisfy { abs($0.share - 0.75) < 0.26 })
    }
}
