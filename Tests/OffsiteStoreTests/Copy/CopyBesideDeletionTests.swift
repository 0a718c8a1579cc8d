import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// Both stores forget and collect by themselves; what is copied is whole at either end all the same.
@Suite struct CopyBesideDeletionTests {
    @Test(arguments: StoreKind.allCases)
    func aStoreWithGapsIsCopiedAsItIs(kind: StoreKind) throws {
        let pair = try CopyPair(kind, points: 8)
        let collected = try pair.thin(pair.source, keeping: [3, 5, 7, 8])
        #expect(collected.thinnedPacks > 0)
        let report = try pair.copy()
        #expect(report.copied.map(\.sourceID) == [2, 4, 6, 7].map { pair.fixture.points[$0].point.id })
        #expect(report.copied.map(\.generation) == [1, 2, 3, 4])
        #expect(report.frames == 0)
        try pair.expectCopied([2, 4, 6, 7])
    }

    // Goal of this test: what the destination has forgotten does not come back, and nothing is in the way of the next.
    @Test(arguments: StoreKind.allCases)
    func aDestinationHasARetentionOfItsOwn(kind: StoreKind) throws {
        let pair = try CopyPair(kind, points: 8)
        try pair.thin(pair.source, keeping: [3, 5, 7, 8])
        try pair.copy()
        try pair.thinFar(keeping: [2, 4])
        try pair.expectCopied([4, 7], as: [2, 4])
        let again = try pair.copy()
        #expect(again.copied == [])
        #expect(again.thereCount == 2)
        #expect(again.leftOut.map(\.pointID) == [2, 6].map { pair.fixture.points[$0].point.id })
        #expect(again.bytes == 0)
        try pair.fixture.addPoint()
        let more = try pair.copy()
        #expect(more.copied.map(\.generation) == [5])
        #expect(more.packs == pair.fixture.packs[8].count)
        #expect(more.frames == 0)
        try pair.expectCopied([4, 7, 8], as: [2, 4, 5])
        // Its generations have no gap that a tomb of its own does not explain.
        try pair.thinFar(keeping: [4, 5])
        try pair.expectCopied([7, 8], as: [4, 5])
    }

    // Goal of this test: of a frame that is there without a record that is needed the fuller one comes.
    @Test(arguments: StoreKind.allCases)
    func whatWasThinnedAwayThereIsSentAgain(kind: StoreKind) throws {
        let pair = try CopyPair(kind, points: 4)
        try pair.copy(.newest(1))
        try pair.thinFar(keeping: [1])
        try pair.addAgain(0)
        let report = try pair.copy()
        #expect(report.copied.map(\.generation) == [2])
        #expect(report.packs == 0)
        #expect(report.frames > 0)
        #expect(try report.bytes < pair.packBytes(0))
        try pair.expectCopied([3, 0])
        #expect(try pair.copy().bytes == 0)
        try pair.thinFar(keeping: [1, 2])
        try pair.expectCopied([3, 0])
    }

    /// A map segment of every other block of the first image, and what it is the map of.
    private func half(_ pair: CopyPair, _ parity: Int) throws -> (segment: MapSegment, image: [UInt8]) {
        let repository = try Repository(pair.source, job: mdb01)
        let whole = try repository.segment(repository.point(1).point.segments[0], into: MemoryFile())
        var image = pair.fixture.images[0]
        let size = StoreFixture.blockSize
        var entries: [MapEntry] = []
        for entry in try whole.allEntries {
            for start in stride(from: entry.offset, to: entry.end, by: size) {
                let block = start..<start + size
                if start / size % 2 == parity, let piece = entry.cut(to: block) {
                    entries.append(piece)
                } else {
                    entries.append(MapEntry(offset: start, length: size, source: .zero))
                    for byte in block { image[byte] = 0 }
                }
            }
        }
        return (try MapSegment.made(MapEntry.coalesced(entries), job: pair.fixture.job.id), image)
    }

    // Goal of this test: thinned in two ways, neither copy of a frame has all that the points of both stores need.
    @Test(arguments: StoreKind.allCases)
    func aPointOfTheDestinationLosesNothingToACopy(kind: StoreKind) throws {
        let pair = try CopyPair(kind, points: 1)
        let (even, evenImage) = try half(pair, 0)
        let (odd, oddImage) = try half(pair, 1)
        try pair.copy()
        // A point there that needs one half, and a newer one here that needs the other.
        let far = try pair.destination()
        let repository = try Repository(far, job: mdb01)
        var own = try repository.point(1).point
        own.generation = 2
        own.parent = try repository.point(1).reference
        own.sourceTime = Timestamp(seconds: own.sourceTime.seconds + 1_800)
        own.segments = [try far.put(.map, job: mdb01, odd.bytes)].map {
            .init(name: $0, length: odd.name.length)
        }
        try far.lockForPush(mdb01, holder: "test")
        _ = try far.commit(
            own.encoded(job: repository.job.id, store: repository.storeID), generation: 2, job: mdb01)
        far.unlockPush(mdb01)
        try far.close()
        var shipment = try pair.fixture.next()
        shipment.packs = []
        shipment.index = PackIndex([])
        shipment.segment = even
        shipment.point.segments = [even.name]
        shipment.image = evenImage
        try pair.fixture.upload(shipment)
        try pair.fixture.commit(shipment)
        try pair.thin(pair.source, keeping: [2])
        try pair.thinFar(keeping: [2])

        let report = try pair.copy()
        #expect(report.copied.map(\.generation) == [3])
        #expect(report.frames > 0)
        let after = try pair.destination()
        #expect(try StoreFixture.rebuild(2, from: after, job: mdb01) == oddImage)
        #expect(try StoreFixture.rebuild(3, from: after, job: mdb01) == evenImage)
        let request = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
        #expect(try after.check(request) { _ in }.damage == [])
        try after.close()
        try pair.thinFar(keeping: [2, 3])
        let last = try pair.destination()
        #expect(try StoreFixture.rebuild(2, from: last, job: mdb01) == oddImage)
        #expect(try StoreFixture.rebuild(3, from: last, job: mdb01) == evenImage)
    }

    @Test func aDamagedFrameDoesNotGoWithoutItsPackEither() throws {
        let pair = try CopyPair(points: 4)
        try pair.copy(.newest(1))
        try pair.thinFar(keeping: [1])
        try pair.fixture.addPoint()
        try pair.addAgain(0)
        let packs = pair.fixture.packs[0].map { ObjectKey.pack(mdb01, $0) }
        for key in packs {
            try pair.near.damage(key) { bytes in
                for place in stride(from: 400, to: bytes.count - 400, by: 700) { bytes[place] ^= 1 }
            }
        }
        let report = try pair.copy()
        #expect(report.copied.map(\.sourceID) == [pair.fixture.points[4].point.id])
        #expect(report.damaged.map(\.pointID) == [pair.fixture.points[5].point.id])
        #expect(report.damaged.allSatisfy { damage in packs.contains { $0.path == damage.object } })
        try pair.expectCopied([3, 4])
    }

    // Goal of this test: notes are each store's own.
    @Test func aPinStaysWhereItIs() throws {
        let pair = try CopyPair(points: 2)
        let repository = try Repository(pair.source, job: mdb01)
        try repository.add(.pinned) {
            Note($0, point: pair.fixture.points[0].reference, made: FixedClock().now, maker: "test")
        }
        try pair.copy()
        #expect(try pair.destination().list(.note, job: mdb01) == [])
    }

    // Goal of this test: of a store whose points all come from here the order is known, whatever the clocks said.
    @Test func aClockThatWentBackKeepsNoPointFromBeingCopied() throws {
        let pair = try CopyPair(points: 2)
        try pair.copy()
        pair.fixture.intervalSeconds = -3_600
        try pair.fixture.addPoint()
        #expect(try pair.copy().copied.map(\.generation) == [3])
        try pair.expectCopied([0, 1, 2])
    }

    // Goal of this test: beside a point's own bytes little crosses the wire, however many points are there already.
    @Test(arguments: [2, 12])
    func onePointMoreCostsItsOwnBytes(history: Int) throws {
        let pair = try CopyPair(.agent, points: 0)
        try pair.fixture.addPoint(blocks: 600)
        for _ in 1..<history { try pair.fixture.addPoint(changing: 40) }
        try pair.copy()
        try pair.fixture.addPoint(changing: 300)
        let far = try pair.destination()
        let before = pair.source.traffic
        let report = try pair.copy(to: far)
        let read = pair.source.traffic - before
        #expect(report.copied.count == 1)
        let own = try pair.packBytes(history) + pair.fixture.points[history].point.segments[0].length
        #expect(report.bytes == own)
        // Packs of this fixture have 10 kB: of each there is a name in every list, and what goes around it.
        let packs = pair.fixture.packs.joined().count
        #expect(far.traffic.sentBytes < own + 300 * report.packs + 2_000)
        #expect(far.traffic.receivedBytes < 250 * packs)
        // Record tables and footers are read before the packs, so that it is known which of them are needed.
        #expect(read.receivedBytes < own + own / 4 + 250 * packs)
        #expect(read.sentBytes < 20_000)
    }
}
