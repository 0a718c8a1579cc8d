import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct StoreCopyTests {
    @Test(arguments: StoreKind.allCases)
    func everyPointComesBackFromACopy(kind: StoreKind) throws {
        let pair = try CopyPair(kind)
        let report = try pair.copy()
        #expect(report.copied.map(\.sourceID) == pair.fixture.points.map(\.point.id))
        #expect(report.copied.map(\.id) == report.copied.map(\.sourceID))
        #expect(report.packs == pair.fixture.packs.joined().count)
        #expect(report.maps == 3)
        try pair.expectCopied([0, 1, 2])
        let repository = try Repository(try pair.destination(), job: mdb01)
        #expect(repository.storeID == CopyPair.farObject.id)
        #expect(repository.job == pair.fixture.job)
        for (ours, theirs) in zip(pair.fixture.points, try (1...3).map { try repository.point($0) }) {
            #expect(theirs.point.identity == ours.point.identity)
            #expect(theirs.point.counts == ours.point.counts)
            #expect(theirs.point.segments == ours.point.segments)
            #expect(theirs.digest != ours.digest)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func packsAndMapsAreTheSameFilesInBothStores(kind: StoreKind) throws {
        let pair = try CopyPair(kind)
        try pair.copy()
        let far = try pair.destination()
        for objects in [ObjectKind.pack, .map] {
            #expect(try far.list(objects, job: mdb01) == pair.source.list(objects, job: mdb01))
        }
        #expect(try far.list(.index, job: mdb01).count == 3)
        #expect(try pair.far.temporaryNames() == [])
    }

    @Test(arguments: StoreKind.allCases)
    func aSecondCopySendsNothingAndAThirdOnlyWhatIsNew(kind: StoreKind) throws {
        let pair = try CopyPair(kind)
        try pair.copy()
        let again = try pair.copy()
        #expect(again.copied == [])
        #expect(again.thereCount == 3)
        #expect(again.bytes == 0)
        try pair.fixture.addPoint()
        let more = try pair.copy()
        #expect(more.copied.map(\.sourceID) == [pair.fixture.points[3].point.id])
        #expect(more.packs == pair.fixture.packs[3].count)
        #expect(more.maps == 1)
        try pair.expectCopied([0, 1, 2, 3])
    }

    // Goal of this test: what a point builds upon goes with it, and no more than that.
    @Test(arguments: StoreKind.allCases)
    func theNewestPointAloneIsRestorable(kind: StoreKind) throws {
        let pair = try CopyPair(kind, points: 4)
        let report = try pair.copy(.newest(1))
        #expect(report.copied.map(\.sourceID) == [pair.fixture.points[3].point.id])
        #expect(report.copied.map(\.id) == ["1-20261122T050004Z"])
        try pair.expectCopied([3])
        let rest = try pair.copy()
        #expect(rest.copied == [])
        #expect(
            rest.leftOut
                == pair.fixture.points.prefix(3).map {
                    .init(pointID: $0.point.id, reason: .isOlder(than: "1-20261122T050004Z"))
                })
    }

    @Test func aForecastSaysWhatIsSentAndChangesNothing() throws {
        let pair = try CopyPair()
        let forecast = try StoreCopy(
            .all, from: try Repository(pair.source, job: mdb01), to: try pair.destination()
        ).forecast
        #expect(try !HostFileSystem().list(pair.far.path).contains("store"))
        #expect(try pair.copy() == forecast)
    }

    @Test func whatWasPushedThereItselfIsBuiltUpon() throws {
        let pair = try CopyPair(points: 1)
        try pair.copy()
        let far = try pair.destination()
        // A point of the other store's own, newer than all here.
        let repository = try Repository(far, job: mdb01)
        let head = try #require(try repository.head())
        var own = head.point
        own.generation = 2
        own.parent = head.reference
        own.sourceTime = Timestamp(seconds: own.sourceTime.seconds + 1_800)
        try far.lockForPush(mdb01, holder: "test")
        _ = try far.commit(
            own.encoded(job: repository.job.id, store: repository.storeID), generation: 2, job: mdb01)
        far.unlockPush(mdb01)
        try pair.fixture.addPoint()
        let report = try pair.copy()
        #expect(report.copied.map(\.id) == ["3-20261122T030004Z"])
        #expect(try repository.point(3).point.parent == repository.point(2).reference)
        #expect(try StoreFixture.rebuild(3, from: far, job: mdb01) == pair.fixture.images[1])
    }

    // Goal of this test: collection may have written frames into other packs there.
    @Test func framesThatLieInOtherPacksAreNotSent() throws {
        let pair = try CopyPair(points: 2)
        try pair.copy()
        let far = try pair.destination()
        // The first pack of the first point, alone in a pack of another name: its footer says the same.
        let name = pair.fixture.packs[0][0]
        let bytes = try pair.near.contents(.pack(mdb01, name))
        let footer = try PackTail.footer(length: bytes.count, job: pair.fixture.job.id, format: { $0 }) {
            (offset, count) throws(FormatError) in Array(bytes[offset..<offset + count])
        }
        var builder = PackBuilder(job: pair.fixture.job.id)
        var other: [UInt8] = []
        for entry in footer.entries.reversed() {
            let frame = Array(bytes[entry.offset..<entry.offset + entry.length])
            other += builder.add(frame, id: entry.frame, records: entry.records)
        }
        other += builder.finish().bytes
        #expect(try far.put(.pack, job: mdb01, other) != name)
        try pair.far.remove(.pack(mdb01, name))
        for index in try far.list(.index, job: mdb01) { try pair.far.remove(index.key) }
        try pair.far.remove(.point(mdb01, 2))
        let report = try pair.copy()
        #expect(report.copied.map(\.id) == ["2-20261122T030004Z"])
        #expect(report.packs == 0)
        try pair.expectCopied([0, 1])
    }

    // Goal of this test: what the other store has lost of a common point is noticed, and sent again.
    @Test(arguments: StoreKind.allCases)
    func aPackThatIsLostThereIsSentAgain(kind: StoreKind) throws {
        let pair = try CopyPair(kind)
        try pair.copy()
        try pair.fixture.addPoint()
        try pair.far.remove(.pack(mdb01, pair.fixture.packs[0][0]))
        let report = try pair.copy()
        #expect(report.packs == pair.fixture.packs[3].count + 1)
        try pair.expectCopied([0, 1, 2, 3])
    }
}
