import Image
import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// A point gets into a store only with a map that is one.
@Suite struct MapAdmissionTests {
    /// A job of two points, and the next one on its way.
    private struct Siege {
        let folder: TemporaryFolder
        let fixture: StoreFixture
        let shipment: StoreFixture.Shipment

        init(_ kind: StoreKind) throws {
            folder = try TemporaryFolder()
            fixture = try StoreFixture(on: try kind.open(folder), seed: 21)
            for _ in 0..<2 { try fixture.addPoint() }
            try fixture.store.lockForPush(mdb01, holder: "test")
            shipment = try fixture.next()
            try fixture.upload(shipment)
        }

        var length: Int { shipment.point.layout.length }

        /// Tries to commit the next point with these maps instead of its own, the newest first.
        func refusal(_ maps: [[UInt8]], sourceLocation: SourceLocation = #_sourceLocation) throws
            -> StoreError?
        {
            var point = shipment.point
            point.segments = try maps.map { bytes in
                Point.Segment(name: try fixture.store.put(.map, job: mdb01, bytes), length: bytes.count)
            }
            return try refusal(of: point, sourceLocation: sourceLocation)
        }

        func refusal(of point: Point, sourceLocation: SourceLocation = #_sourceLocation) throws -> StoreError?
        {
            let bytes = point.encoded(job: fixture.job.id, store: fixture.storeID)
            let error = #expect(throws: StoreError.self, sourceLocation: sourceLocation) {
                try fixture.store.commit(bytes, generation: 3, job: mdb01)
            }
            #expect(error?.kind == .refused, sourceLocation: sourceLocation)
            return error
        }

        /// The honest point is committed, all is good, retention and collection do what they should.
        func requireFree(_ place: SourceLocation = #_sourceLocation) throws {
            #expect(try folder.temporaryNames() == [], sourceLocation: place)
            try fixture.commit(shipment)
            try (fixture.store as? AgentStore)?.close()
            (fixture.store as? LocalStoreService)?.close()
            let owner = try folder.directoryStore(seed: 77)
            let repository = try Repository(owner, job: mdb01)
            var request = ForgetRequest(
                job: mdb01,
                items: [.init(generation: 1, digest: try repository.point(1).digest, reason: "old")],
                maker: "owner")
            request.trustsClock = true
            #expect(try owner.forget(request).forgotten == [1], sourceLocation: place)
            var collection = CollectRequest(job: mdb01, maker: "owner")
            collection.graceSeconds = 0
            collection.wastePercent = 0
            #expect(try owner.collect(collection).points == 2, sourceLocation: place)
            for generation in [2, 3] {
                let rebuilt = try StoreFixture.rebuild(UInt64(generation), from: owner, job: mdb01)
                #expect(rebuilt == fixture.images[generation - 1], sourceLocation: place)
            }
            let full = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
            #expect(try owner.check(full) { _ in }.damage == [], sourceLocation: place)
        }

        func map(_ entries: [MapEntry], _ runs: [FingerprintRun] = []) throws -> [UInt8] {
            try MapSegment.made(entries, runs, job: fixture.job.id).bytes
        }

        func zero(_ range: Range<Int>) -> MapEntry {
            MapEntry(offset: range.lowerBound, length: range.count, source: .zero)
        }
    }

    // Goal of this test: a map of garbage stopped retention and collection until the owner forgot the point.
    @Test(arguments: StoreKind.allCases)
    func garbageIsRefused(kind: StoreKind) throws {
        let siege = try Siege(kind)
        var random = SeededGenerator(seed: 5)
        for bytes in [[], [1], random.bytes(3_000), [UInt8](repeating: 0, count: 200_000)] {
            let error = try siege.refusal([bytes])
            #expect(error?.detail.contains("is damaged or no map: ") == true)
        }
        try siege.requireFree()
    }

    @Test(arguments: StoreKind.allCases)
    func aChangedMapIsRefusedWhateverItsDigestSays(kind: StoreKind) throws {
        let siege = try Siege(kind)
        let whole = try siege.map(
            [siege.zero(0..<siege.length)],
            [.init(offset: 0, length: siege.length, blockSize: 4096, source: .zero)])
        // After the header: the tag, flags and count of the first section, and what follows.
        var refused = 0
        for at in 48..<whole.count - 48 {
            var bytes = whole
            bytes[at] ^= 0x55
            let digest = SHA256Hasher.hash(bytes.span.extracting(0..<bytes.count - 32))
            bytes.replaceSubrange(bytes.count - 32..<bytes.count, with: digest.bytes)
            guard (try? MapSegment(parsing: bytes, job: siege.fixture.job.id)) == nil else { continue }
            _ = try siege.refusal([bytes])
            refused += 1
        }
        #expect(refused == 50)
        try siege.requireFree()
    }

    @Test(arguments: StoreKind.allCases)
    func aMapThatEndsTooSoonOrHasAHoleIsRefused(kind: StoreKind) throws {
        let siege = try Siege(kind)
        let end = siege.length
        let error = try siege.refusal([try siege.map([siege.zero(0..<end - 1)])])
        #expect(error?.detail == "its map says nothing about byte \(end - 1) of \(end)")
        #expect(
            try siege.refusal([try siege.map([siege.zero(1..<end)])])?.detail
                == "its map says nothing about byte 0 of \(end)")
        let hole = [siege.zero(0..<5_000), siege.zero(6_000..<end)]
        #expect(
            try siege.refusal([try siege.map(hole)])?.detail
                == "its map says nothing about byte 5000 of \(end)")
        // Another segment over the hole that leaves a byte of it.
        #expect(
            try siege.refusal([try siege.map([siege.zero(4_000..<5_999)]), try siege.map(hole)])?.detail
                == "its map says nothing about byte 5999 of \(end)")
        #expect(try siege.refusal([])?.detail == "its map says nothing about byte 0 of \(end)")
        try siege.requireFree()
    }

    @Test(arguments: StoreKind.allCases)
    func segmentsThatCoverTheImageTogetherAreTaken(kind: StoreKind) throws {
        let siege = try Siege(kind)
        let end = siege.length
        let maps = [
            try siege.map([siege.zero(4_000..<6_000)]),
            try siege.map([siege.zero(0..<5_000), siege.zero(6_000..<end + 900)]),
        ]
        var point = siege.shipment.point
        point.segments = try maps.map { bytes in
            Point.Segment(name: try siege.fixture.store.put(.map, job: mdb01, bytes), length: bytes.count)
        }
        let bytes = point.encoded(job: siege.fixture.job.id, store: siege.fixture.storeID)
        _ = try siege.fixture.store.commit(bytes, generation: 3, job: mdb01)
    }

    @Test(arguments: StoreKind.allCases)
    func aMapThatIsDamagedInTheStoreIsRefused(kind: StoreKind) throws {
        let siege = try Siege(kind)
        let name = siege.shipment.segment.name
        try siege.folder.damage(.map(mdb01, name.name)) { $0[$0.count / 2] ^= 1 }
        _ = try siege.refusal(of: siege.shipment.point)
        // Sent again it takes the place of the damaged one.
        _ = try siege.fixture.store.put(.map, job: mdb01, siege.shipment.segment.bytes)
        try siege.fixture.commit(siege.shipment)
    }

    // Goal of this test: a map that parses and has not the bytes of its name was taken, and nobody could verify it later.
    @Test(arguments: StoreKind.allCases)
    func aMapWithOtherBytesThanItsNameIsRefused(kind: StoreKind) throws {
        let siege = try Siege(kind)
        let segment = siege.shipment.segment
        let runs = [FingerprintRun(offset: 0, length: siege.length, blockSize: 4096, source: .zero)]
        let other = try siege.map([siege.zero(0..<siege.length)], runs)
        try siege.folder.damage(.map(mdb01, segment.name.name)) { $0 = other }
        var point = siege.shipment.point
        point.segments = [.init(name: segment.name.name, length: other.count)]
        #expect(
            try siege.refusal(of: point)?.detail
                == "map segment \(segment.name.name) is damaged: its SHA-256 is \(SHA256Hasher.hash(other.span))"
        )
    }

    // Goal of this test: a well-formed map of records that are nowhere stopped collection as garbage did.
    @Test func anAgentRequiresEveryRecordThatAMapNames() throws {
        let siege = try Siege(.agent)
        let end = siege.length
        func map(_ frame: FrameID, _ record: Int) throws -> [UInt8] {
            try siege.map([
                siege.zero(0..<4096),
                MapEntry(
                    offset: 4096, length: 4096,
                    source: .record(frame: frame, record: record, offset: 0, depth: 0)),
                siege.zero(8192..<end),
            ])
        }
        let error = try siege.refusal([try map(FrameID(push: 1, counter: 2), 0)])
        #expect(error?.detail == "its map needs more than is there: no pack holds frame 1-2")
        let known = try #require(siege.shipment.index.packs.first?.frames.first)
        let beyond = try siege.refusal([try map(known.frame, known.records)])
        #expect(
            beyond?.detail
                == "its map needs more than is there: frame \(known.frame) has no record \(known.records)")
        try siege.requireFree()
    }

    // Goal of this test: what no index names may get a second content, which stops collection.
    @Test func anAgentRequiresThatAnIndexNamesWhatAMapNames() throws {
        let siege = try Siege(.agent)
        let id = FrameID(push: 7, counter: 0)
        var frame = FrameBuilder(id)
        let content = [UInt8](repeating: 9, count: 4096)
        _ = frame.append(
            Record(codec: .stored, imageOffset: 0, length: 4096, storedBytes: 4096), payload: content)
        var pack = PackBuilder(job: siege.fixture.job.id)
        var bytes = pack.add(frame.finish(), id: id, records: 1)
        let (tail, name, _) = pack.finish()
        bytes += tail
        _ = try siege.fixture.store.put(.pack, job: mdb01, bytes)
        let error = try siege.refusal([
            try siege.map([
                MapEntry(
                    offset: 0, length: 4096, source: .record(frame: id, record: 0, offset: 0, depth: 0)),
                siege.zero(4096..<siege.length),
            ])
        ])
        #expect(error?.detail == "its map needs frame 7-0 of pack \(name), which no index names")
        try siege.requireFree()
    }

    @Test("a point whose map is damaged later is named, with the command that gives it up")
    func theWayBackIsOneCommand() throws {
        let siege = try Siege(.folder)
        try siege.fixture.commit(siege.shipment)
        let segment = try #require(siege.fixture.points[1].point.segments.first)
        let needing = siege.fixture.points.filter { $0.point.segments.contains(segment) }.map(
            \.point.generation)
        try siege.folder.damage(.map(mdb01, segment.name)) { $0[60] ^= 1 }
        (siege.fixture.store as? LocalStoreService)?.close()
        let owner = try siege.folder.directoryStore(seed: 5)
        let error = #expect(throws: StoreError.self) {
            try owner.collect(CollectRequest(job: mdb01, maker: "owner"))
        }
        let named = needing.map { "\($0)" }.joined(separator: " ")
        // The newest good point, which is one of them, goes only after there is a newer one.
        #expect(needing.contains(3))
        #expect(
            error?.hint?.hasSuffix("lost: hybridrep run mdb01; then: hybridrep forget mdb01 \(named)")
                == true)
    }
}
