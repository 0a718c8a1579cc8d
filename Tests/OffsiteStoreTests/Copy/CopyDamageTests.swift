import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// What is damaged where it is does not spread; everything else is copied.
@Suite struct CopyDamageTests {
    @Test(arguments: StoreKind.allCases)
    func onePackDamagedKeepsOutThePointsThatNeedIt(kind: StoreKind) throws {
        let pair = try CopyPair(kind, points: 2)
        let key = ObjectKey.pack(mdb01, pair.fixture.packs[1][0])
        try pair.near.damage(key) { $0[200] ^= 1 }
        let report = try pair.copy()
        #expect(report.copied.map(\.sourceID) == [pair.fixture.points[0].point.id])
        #expect(report.damaged.map(\.pointID) == [pair.fixture.points[1].point.id])
        #expect(report.damaged.map(\.object) == [key.path])
        #expect(report.damaged.first?.reason.hasPrefix("its SHA-256 is ") == true)
        try pair.expectCopied([0])
        #expect(try pair.far.temporaryNames() == [])
    }

    @Test(arguments: StoreKind.allCases, [0, 1])
    func aPointThatNeedsNothingDamagedIsCopiedBehindOneThatDoes(kind: StoreKind, how: Int) throws {
        let pair = try CopyPair(kind, points: 1)
        let second = try pair.fixture.addPoint()
        // The same image again: needs nothing of the second point's packs.
        var third = try pair.fixture.next()
        third.point.segments = pair.fixture.points[0].point.segments
        third.point.imageDigest = pair.fixture.points[0].point.imageDigest
        third.image = pair.fixture.images[0]
        third.packs = []
        try pair.fixture.commit(third)
        let key =
            how == 0
            ? ObjectKey.pack(mdb01, pair.fixture.packs[1][0]) : .map(mdb01, second.point.segments[0].name)
        try pair.near.damage(key) { $0[$0.count / 2] ^= 1 }
        let report = try pair.copy()
        #expect(
            report.copied.map(\.sourceID)
                == [pair.fixture.points[0].point.id, pair.fixture.points[2].point.id])
        #expect(report.damaged.map(\.object) == [key.path])
        try pair.expectCopied([0, 2])
    }

    @Test(arguments: StoreKind.allCases)
    func aMissingPackAndADamagedPointAreNamed(kind: StoreKind) throws {
        let pair = try CopyPair(kind, points: 3)
        try pair.near.damage(.point(mdb01, 3)) { $0[100] ^= 1 }
        let pack = ObjectKey.pack(mdb01, pair.fixture.packs[1][0])
        try pair.near.remove(pack)
        let report = try pair.copy()
        #expect(report.copied.map(\.sourceID) == [pair.fixture.points[0].point.id])
        #expect(Set(report.damaged.map(\.pointID)) == ["3", pair.fixture.points[1].point.id])
        #expect(Set(report.damaged.map(\.object)) == [pack.path, ObjectKey.point(mdb01, 3).path])
        try pair.expectCopied([0])
    }

    // Goal of this test: whichever byte of a store is changed, a copy is whole, and a point that is not in it is named.
    @Test(arguments: UInt64(0)..<12)
    func aFlippedBitNeverArrives(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pair = try CopyPair(points: 3, seed: seed)
        let keys = try [ObjectKind.pack, .map, .index, .point].flatMap { kind in
            try pair.source.list(kind, job: mdb01).map(\.key)
        }
        let key = try #require(keys.randomElement(using: &random))
        try pair.near.damage(key) { bytes in
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        let report = try pair.copy()
        let copied = Set(report.copied.map(\.sourceID))
        try pair.expectCopied((0..<3).filter { copied.contains(pair.fixture.points[$0].point.id) })
        #expect(copied.count + report.damaged.count == 3)
        if case .index = key {
            #expect(copied.count == 3)
        } else {
            #expect(report.damaged.allSatisfy { $0.object == key.path })
        }
    }

    @Test func damagedAndHeldPointsAreLeftOutAndReleasedOnesAreGood() throws {
        let pair = try CopyPair(points: 1)
        for health in [Point.Health.damaged, .suspicious, .suspicious] {
            var shipment = try pair.fixture.next()
            shipment.point.health = health
            try pair.fixture.upload(shipment)
            try pair.fixture.commit(shipment)
        }
        let repository = try Repository(pair.source, job: mdb01)
        let released = try repository.point(4).reference
        try repository.add(.released) {
            Note($0, point: released, made: FixedClock().now, maker: "test")
        }
        let report = try pair.copy()
        #expect(report.copied.map(\.sourceID) == ["1-20261122T020004Z", "4-20261122T050004Z"])
        #expect(
            report.leftOut == [
                .init(pointID: "2-20261122T030004Z", reason: .isDamaged),
                .init(pointID: "3-20261122T040004Z", reason: .isHeld),
            ])
        try pair.expectCopied([0, 3])
        #expect(try Repository(try pair.destination(), job: mdb01).point(2).point.health == .good)
    }

    @Test func aLogPointFollowsTheSameFullThere() throws {
        let pair = try CopyPair(points: 3)
        var logs = try pair.fixture.next()
        logs.point.kind = .logs
        logs.point.full = pair.fixture.points[2].reference
        try pair.fixture.upload(logs)
        try pair.fixture.commit(logs)
        let report = try pair.copy(.newest(1))
        #expect(report.copied.map(\.id) == ["1-20261122T040004Z", "2-20261122T050004Z"])
        try pair.expectCopied([2, 3])
        let repository = try Repository(try pair.destination(), job: mdb01)
        #expect(try repository.full(of: repository.point(2).point)?.point.generation == 1)
    }

    @Test func aLogPointWhoseFullIsDamagedIsLeftOut() throws {
        let pair = try CopyPair(points: 1)
        let full = try pair.fixture.addPoint()
        var logs = try pair.fixture.next()
        logs.point.kind = .logs
        logs.point.full = full.reference
        logs.point.segments = pair.fixture.points[0].point.segments
        logs.point.imageDigest = pair.fixture.points[0].point.imageDigest
        logs.image = pair.fixture.images[0]
        logs.packs = []
        try pair.fixture.commit(logs)
        try pair.near.damage(.pack(mdb01, pair.fixture.packs[1][0])) { $0[200] ^= 1 }
        let report = try pair.copy()
        #expect(report.damaged.map(\.pointID) == ["2-20261122T030004Z"])
        #expect(report.leftOut == [.init(pointID: "3-20261122T040004Z", reason: .lacksFull(2))])
        try pair.expectCopied([0])
    }
}
