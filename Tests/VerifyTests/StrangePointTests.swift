import Image
import OffsiteStore
import Platform
import StoreFormat
import Synchronization
import TestSupport
import Testing
import Verify

/// Points that count for nobody are told of by `status` until their owner has dealt with them.
@Suite struct StrangePointTests {
    private static let job = Name.valid("mdb01")

    /// A store whose points are made with different keys.
    private struct Site {
        let store: LocalStoreService
        let fixture: StoreFixture

        init() throws {
            store = LocalStoreService(
                directory: "/store", files: MemoryFileSystem(), clock: FixedClock(),
                entropy: SeededEntropy(seed: 4))
            fixture = try StoreFixture(on: store, seed: 4)
        }

        func add(_ makers: String?...) throws {
            for maker in makers {
                store.maker = maker.flatMap { Maker($0) }
                try fixture.addPoint()
            }
            store.maker = nil
        }

        /// A point upon the newest whose image is 2^50 zeros.
        func addBomb() throws -> UInt64 {
            let repository = try Repository(store, job: job)
            let head = try #require(try repository.head())
            var point = head.point
            point.generation += 1
            point.parent = head.reference
            point.layout = try ImageLayout([
                Extent(key: .init(.data, ""), offset: 0, length: 1 << 50, blockSize: 1 << 20)
            ])
            let segment = try MapSegment.made(
                [MapEntry(offset: 0, length: 1 << 50, source: .zero)],
                [FingerprintRun(offset: 0, length: 1 << 50, blockSize: 1 << 20, source: .zero)],
                job: repository.job.id)
            _ = try store.put(.map, job: job, segment.bytes)
            point.segments = [segment.name]
            _ = try store.commit(
                point.encoded(job: repository.job.id, store: repository.storeID),
                generation: point.generation,
                job: job)
            return point.generation
        }

        /// What `status` reads: the room, and of its points those that may be strange.
        func evidence(_ doubted: [UInt64: String?] = [:], in store: (any ObjectStore)? = nil) throws
            -> JobEvidence
        {
            let store = store ?? self.store
            var seen: [StoredPoint] = []
            _ = try SpaceForecast(asking: store, now: FixedClock().now) { seen.append($1) }
            return try JobEvidence(
                reading: try Repository(store, job: job), seen: seen, doubted: doubted)
        }

        func findings(_ doubted: [UInt64: String?] = [:]) throws -> [StatusFinding] {
            JobStatus(try evidence(doubted), Objectives(), now: FixedClock().now).findings.filter {
                if case .unproved = $0 { false } else { true }
            }
        }

        func note(_ kind: NoteID.Kind, _ point: Point.Reference?, _ comment: String = "") throws {
            let repository = try Repository(store, job: job)
            try NoteWriter(repository, clock: FixedClock(), maker: "owner").add(
                kind, point, comment: comment)
        }
    }

    private static let why = "made by evil, who is no owner of this job"

    // Goal of this test: once a good point was newer, nothing told of the foreign one any more.
    @Test func foreignPointsAreNamedAlsoWhereAGoodOneIsNewer() throws {
        let site = try Site()
        try site.add("db01", "db01")
        #expect(try site.findings() == [])
        try site.add("evil")
        #expect(try site.findings() == [.strange(points: [3], reason: Self.why, newest: 2)])
        try site.add("db01", "evil", "db01")
        let found = StatusFinding.strange(points: [3, 5], reason: Self.why, newest: 6)
        #expect(try site.findings() == [found])
        #expect(found.severity == .warning)
        // One is accepted by itself, all of them with their maker.
        try site.note(.released, site.fixture.points[2].reference)
        #expect(try site.findings() == [.strange(points: [5], reason: Self.why, newest: 6)])
        try site.note(.adopted, nil, "evil")
        #expect(try site.findings() == [])
    }

    @Test func endlessImagesAreNamedUntilTheyAreReleased() throws {
        let site = try Site()
        try site.add(nil, nil)
        let bomb = try site.addBomb()
        #expect(try site.findings() == [.unbounded(points: [bomb], newest: 2)])
        var next = try site.fixture.next()
        next.point.generation = bomb + 1
        next.point.parent = try Repository(site.store, job: Self.job).point(bomb).reference
        try site.fixture.upload(next)
        try site.fixture.commit(next)
        #expect(try site.findings() == [.unbounded(points: [bomb], newest: bomb + 1)])
        try site.note(.released, try Repository(site.store, job: Self.job).point(bomb).reference)
        #expect(try site.findings() == [])
    }

    @Test func whatAHostHasFoundIsNamedWhileItIsThere() throws {
        let site = try Site()
        try site.add("db01", "evil", "db01", "db01")
        let doubts: [UInt64: String?] = [1: "its facts are not its own", 2: nil, 7: "gone", 8: nil]
        let found = try site.findings(doubts)
        #expect(found == [.strange(points: [1, 2], reason: Self.why, newest: 4)])
        try site.note(.adopted, nil, "evil")
        #expect(
            try site.findings(doubts)
                == [.strange(points: [1], reason: "its facts are not its own", newest: 4)])
        // Older than all that was read for the room.
        let evidence = try JobEvidence(
            reading: Repository(site.store, job: Self.job), doubted: [3: nil])
        #expect(evidence.foreign.isEmpty)
    }

    @Test func whatAHostRemembersIsFoundBeyondWhatIsRead() throws {
        let site = try Site()
        try site.add("db01", "evil", "db01")
        func foreign(_ doubted: [UInt64: String?]) throws -> [UInt64] {
            try JobEvidence(reading: Repository(site.store, job: Self.job), doubted: doubted)
                .foreign.map(\.point.generation)
        }
        #expect(try foreign([:]) == [])
        #expect(try foreign([2: nil]) == [2])
    }

    /// Counts what a store is asked.
    private final class CountingStore: ForwardingStore {
        let base: any ObjectStore
        private let count = Mutex(0)
        var asked: Int { count.withLock { $0 } }

        init(_ base: any ObjectStore) { self.base = base }

        private func add() { count.withLock { $0 += 1 } }

        func jobs() throws(StoreError) -> [Name] {
            add()
            return try base.jobs()
        }
        func list(_ kind: ObjectKind, job: Name) throws(StoreError) -> [ListedObject] {
            add()
            return try base.list(kind, job: job)
        }
        func length(of key: ObjectKey) throws(StoreError) -> Int? {
            add()
            return try base.length(of: key)
        }
        func read(_ key: ObjectKey, at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
            add()
            return try base.read(key, at: offset, count: count)
        }
        func reads() -> any ObjectReads {
            add()
            return base.reads()
        }
        func space() throws(StoreError) -> SpaceStatus {
            add()
            return try base.space()
        }
    }

    @Test(arguments: [nil, "db01"]) func anHonestStoreIsAskedNoMore(maker: String?) throws {
        let site = try Site()
        for _ in 0..<30 { try site.add(maker) }
        let plain = CountingStore(site.store)
        _ = try SpaceForecast(asking: plain, now: FixedClock().now)
        _ = try JobEvidence(reading: Repository(plain, job: Self.job))
        let surveyed = CountingStore(site.store)
        #expect(try site.evidence(in: surveyed).foreign.isEmpty)
        #expect(plain.asked > 5)
        #expect(surveyed.asked == plain.asked)
    }
}
