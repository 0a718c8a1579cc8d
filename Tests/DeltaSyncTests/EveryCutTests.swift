import DeltaSync
import Foundation
import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// A short push, cut after a byte of either direction; the next one is not cut.
///
/// The everyday run takes some bytes that a seed chooses; `HYBRIDREP_TORTURE` has every byte done, by `script/torture` in an
/// optimized build.
@Suite struct EveryCutTests {
    typealias Direction = PipeTransport.Cut.Direction

    static let isWhole = ProcessInfo.processInfo.environment["HYBRIDREP_TORTURE"].flatMap { Int($0) } ?? 0 > 0
    /// Cuts of an everyday run in each direction.
    private static let sample = 50
    /// Both directions together have at least so many bytes.
    private static let leastCuts = 20_000
    private static let shares = 4

    /// What the runs after the cuts came to.
    private struct Tally {
        var cuts = 0
        /// The point was committed and its answer lost.
        var lostAnswers = 0
        /// Cut in the farewell: the push had succeeded.
        var successes = 0
        /// What was cut left a pack that was not shipped again.
        var resumed = 0
    }

    @Test(
        "after some bytes a push is cut, and nothing is lost or twice there", .enabled(if: !isWhole),
        arguments: Direction.allCases, [UInt64(1)])
    func cutsHere(direction: Direction, seed: UInt64) throws {
        let course = try CutCourse()
        let count = try course.bytes(direction)
        var generator = SeededGenerator(seed: seed)
        var tally = Tally()
        for _ in 0..<Self.sample {
            try expectRecovery(course, direction, Int.random(in: 0..<count, using: &generator), &tally)
        }
        #expect(tally.cuts == Self.sample)
    }

    @Test(
        "after every byte a push is cut, and nothing is lost or twice there",
        .enabled(if: isWhole, "set HYBRIDREP_TORTURE, or run script/torture"),
        arguments: Direction.allCases, 0..<shares)
    func cutsEverywhere(direction: Direction, share: Int) throws {
        let course = try CutCourse()
        let count = try course.bytes(direction)
        var tally = Tally()
        for after in stride(from: share, to: count, by: Self.shares) {
            try expectRecovery(course, direction, after, &tally)
        }
        #expect(tally.cuts == (count - share + Self.shares - 1) / Self.shares)
        #expect(tally.resumed > 0)
        if direction == .fromAgent { #expect(tally.lostAnswers > 0) }
        print(
            "cuts \(direction), share \(share) of \(Self.shares): \(tally.cuts) of \(count) bytes,",
            "\(tally.resumed) resumed, \(tally.lostAnswers) answers lost, \(tally.successes) in the farewell")
    }

    @Test func bothDirectionsHaveEnoughBytes() throws {
        let course = try CutCourse()
        #expect(try Direction.allCases.reduce(0) { $0 + (try course.bytes($1)) } >= Self.leastCuts)
    }

    private func expectRecovery(
        _ course: CutCourse, _ direction: Direction, _ after: Int, _ tally: inout Tally
    ) throws {
        let place: Comment = "\(direction) after \(after) bytes"
        let host = try course.start()
        tally.cuts += 1
        let point = try? host.push(seed: 1, cut: .init(direction, after: after)) { error in
            #expect([.unreachable, .incompatible].contains(error), place)
        }
        let committed = try host.generations()
        #expect(committed == [1, 2] || (committed == [1] && point == nil), place)
        if point != nil { tally.successes += 1 } else if committed == [1, 2] { tally.lostAnswers += 1 }

        // A push that was told of its point makes another of the same image: it is a new run.
        let expected: [UInt64] = point == nil ? [1, 2] : [1, 2, 3]
        let next = try host.push(seed: 2)
        #expect(next.point.generation == expected.last, place)
        if next.resumedBytes > 0 { tally.resumed += 1 }
        #expect(try host.generations() == expected, place)
        for generation in expected {
            #expect(try host.shipment.restored(generation) == course.content(generation), place)
        }
        #expect(try host.shipment.check(.full).isGood, place)
    }
}
