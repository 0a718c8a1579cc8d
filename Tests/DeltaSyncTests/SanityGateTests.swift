import Image
import Platform
import StoreFormat
import TestSupport
import Testing
@testable import DeltaSync

@Suite struct SanityGateTests {
    private static func point(
        _ generation: UInt64 = 9, blocks: Int = 1000, changed: Int, shippedPerBlock: Int,
        isFirst: Bool = false, hadBaseBytes: Bool = true
    ) throws -> Point {
        var point = Point(
            generation: generation,
            parent: isFirst
                ? nil : .init(generation: generation - 1, digest: SHA256Hasher.hash([UInt8(1)].span)),
            kind: .full, health: .good, sourceTime: Timestamp(seconds: 0),
            layout: try ImageLayout([
                Extent(key: .init(.data, ""), offset: 0, length: blocks * 8192, blockSize: 8192)
            ]), imageDigest: SHA256Hasher.hash([UInt8(2)].span), counts: .init(), toolVersion: "",
            segments: [],
            sourceFacts: [])
        point.counts.blocks = blocks
        point.counts.changedBlocks = changed
        if !isFirst {
            point.difference = .init(
                hadBaseBytes: hadBaseBytes, changedBytes: changed * 8192,
                storedBytes: changed * shippedPerBlock)
        }
        return point
    }

    /// Nights of one percent, shipped at a twentieth.
    private static func history(_ count: Int, changed: Int = 10) throws -> [Point] {
        try (0..<count).map { try point(UInt64($0 + 2), changed: changed, shippedPerBlock: 400) }
    }

    private static func judge(_ new: Point, _ history: [Point]) throws -> (
        reasons: [String], asked: Int
    ) {
        var asked = 0
        let latest = try history.last ?? point(1, changed: 1000, shippedPerBlock: 3000, isFirst: true)
        let reasons = SanityGate.reasons(new, since: latest) { () -> [Point] in
            asked += 1
            return history
        }
        return (reasons, asked)
    }

    @Test func ordinaryNightsPassWithoutALookBack() throws {
        for changed in [0, 10, 49, 300, 500] {
            let judged = try Self.judge(
                Self.point(changed: changed, shippedPerBlock: 2000), Self.history(7))
            #expect(judged.reasons == [])
            #expect(judged.asked == 0)
        }
    }

    @Test func anImageThatLostMoreThanHalfIsHeld() throws {
        #expect(
            try Self.judge(Self.point(blocks: 500, changed: 10, shippedPerBlock: 400), Self.history(3))
                .reasons == [])
        #expect(
            try Self.judge(Self.point(blocks: 499, changed: 10, shippedPerBlock: 400), Self.history(3))
                .reasons
                == ["the image has 4087808 bytes, that of point 4 has 8192000"])
    }

    @Test func farMoreChangesThanUsualAreHeld() throws {
        let much = try Self.point(changed: 510, shippedPerBlock: 2000)
        #expect(try Self.judge(much, Self.history(3)).reasons == ["51 % of it has changed, usual are 1 %"])
        // Who always changes a third is not far from it.
        #expect(try Self.judge(much, Self.history(3, changed: 300)).reasons == [])
        // Two nights are no history.
        #expect(try Self.judge(much, Self.history(2)).reasons == [])
    }

    /// A target that was away for a month gets what a month has changed.
    @Test func whatIsUsualGrowsWithTheTimeSinceTheNewestPoint() throws {
        func night(_ number: Int64, _ point: Point) -> Point {
            var point = point
            point.sourceTime = Timestamp(seconds: number * 86_400)
            return point
        }
        let nights = try Self.history(7).enumerated().map { night(Int64($0), $1) }
        let much = try Self.point(changed: 510, shippedPerBlock: 2000)
        #expect(try Self.judge(night(7, much), nights).reasons == ["51 % of it has changed, usual are 1 %"])
        // Twelve nights of one percent, four times that: 48 %.
        #expect(try Self.judge(night(18, much), nights).reasons == ["51 % of it has changed, usual are 1 %"])
        #expect(try Self.judge(night(36, much), nights).reasons == [])
        // A clock that was set back makes nothing usual.
        #expect(try Self.judge(night(-9, much), nights).reasons == ["51 % of it has changed, usual are 1 %"])
    }

    /// Nights of a fifth, shipped at a twentieth.
    @Test func changesThatLookRandomAreHeldWhereTheyNeverDid() throws {
        let encrypted = try Self.point(changed: 210, shippedPerBlock: 8192)
        let plain = try Self.history(3, changed: 200)
        #expect(
            try Self.judge(encrypted, plain).reasons == [
                "what has changed looks random, as if it were encrypted, and never did before"
            ])
        // A host that has lost its base ships everything whole.
        let whole = try Self.point(changed: 210, shippedPerBlock: 8192, hadBaseBytes: false)
        #expect(try Self.judge(whole, plain).reasons == [])
        // One that never has its base is judged by nights like that.
        let never = try (0..<3).map {
            try Self.point(UInt64($0 + 2), changed: 200, shippedPerBlock: 2000, hadBaseBytes: false)
        }
        #expect(try Self.judge(whole, never).reasons.count == 1)
        let always = try (0..<3).map { try Self.point(UInt64($0 + 2), changed: 200, shippedPerBlock: 8100) }
        #expect(try Self.judge(encrypted, always).reasons == [])
        // Less than a MiB may be anything.
        #expect(try Self.judge(Self.point(changed: 120, shippedPerBlock: 8192), plain).reasons == [])
        #expect(try Self.judge(encrypted, Self.history(3)).reasons.count == 1)
    }

    @Test func theFirstPointsAreNotHeld() throws {
        let first = try Self.point(2, changed: 1000, shippedPerBlock: 8192)
        #expect(try Self.judge(first, []).reasons == [])
    }

    /// What was released once is no reason for the nights after it.
    @Test func aReleasedPointIsANormForItsReasonAlone() throws {
        func released(_ changed: Int, _ shippedPerBlock: Int) throws -> [Point] {
            var point = try Self.point(5, changed: changed, shippedPerBlock: shippedPerBlock)
            point.health = .suspicious
            return try Self.history(6) + [point]
        }
        let much = try Self.point(changed: 860, shippedPerBlock: 2000)
        let random = try Self.point(changed: 860, shippedPerBlock: 8192)
        #expect(try Self.judge(much, Self.history(6)).reasons == ["86 % of it has changed, usual are 1 %"])
        #expect(try Self.judge(much, released(800, 2000)).reasons == [])
        #expect(try Self.judge(random, released(1000, 8192)).reasons == [])
        // A flood of changes was accepted, and not that they look random.
        #expect(
            try Self.judge(random, released(800, 2000)).reasons == [
                "what has changed looks random, as if it were encrypted, and never did before"
            ])
        #expect(
            try Self.judge(random, released(100, 8192)).reasons == ["86 % of it has changed, usual are 1 %"])
    }

    /// Where the base could not be read nothing is known of what has changed.
    @Test func whatWasComparedWithNothingIsNotHeldForItsChanges() throws {
        var point = try Self.point(changed: 1000, shippedPerBlock: 8192)
        point.difference = nil
        #expect(try Self.judge(point, Self.history(7)).reasons == [])
    }
}
