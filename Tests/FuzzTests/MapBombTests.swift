import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// Points whose maps say far more than anybody has stored: whoever reads them is done at once, and names them.
@Suite struct MapBombTests {
    /// A job in memory with one honest point.
    private final class Bombed {
        let store: LocalStoreService
        let fixture: StoreFixture

        init() throws {
            store = LocalStoreService(
                directory: "/store", files: MemoryFileSystem(), clock: FixedClock(),
                entropy: SeededEntropy(seed: 5))
            fixture = try StoreFixture(on: store, seed: 5)
            try fixture.addPoint()
        }

        /// Commits a point of one extent upon the newest one.
        func add(
            _ length: Int, blockSize: Int, _ entries: [MapEntry], _ runs: [FingerprintRun],
            health: Point.Health = .good
        ) throws -> StoredPoint {
            let repository = try Repository(store, job: fixture.job.name)
            let head = try #require(try repository.head())
            let segment = try MapSegment.made(entries, runs, job: fixture.job.id)
            _ = try store.put(.map, job: fixture.job.name, segment.bytes)
            let point = Point(
                generation: head.point.generation + 1, parent: head.reference, kind: .full, health: health,
                sourceTime: head.point.sourceTime,
                layout: try ImageLayout([
                    Extent(key: .init(.data, ""), offset: 0, length: length, blockSize: blockSize)
                ]), imageDigest: SHA256Hasher.hash([UInt8(1)].span), counts: .init(), toolVersion: "0",
                segments: [segment.name], sourceFacts: [])
            _ = try store.commit(
                point.encoded(job: fixture.job.id, store: fixture.storeID), generation: point.generation,
                job: fixture.job.name)
            return try Repository(store, job: fixture.job.name).point(point.generation)
        }

        func zeros(_ length: Int, blockSize: Int) throws -> StoredPoint {
            try add(
                length, blockSize: blockSize, [MapEntry(offset: 0, length: length, source: .zero)],
                [FingerprintRun(offset: 0, length: length, blockSize: blockSize, source: .zero)])
        }

        func rebuild(_ stored: StoredPoint) throws {
            let repository = try Repository(store, job: fixture.job.name)
            try ImageReader(stored.point, in: repository, state: nil, .memory).run({ _ in }) {
                (_) throws(SyncError) in
            }
        }
    }

    /// Of each bomb the exponents of its length and of its block size.
    private static let bombs: [[Int]] = [[40, 0], [60, 0], [60, 20], [45, 13], [39, 20]]

    @Test("zeros that nothing vouches for are not counted", arguments: bombs)
    func zeros(exponents: [Int]) throws {
        let (length, blockSize) = (1 << exponents[0], 1 << exponents[1])
        let job = try Bombed()
        let bomb = try job.zeros(length, blockSize: blockSize)
        let repository = try Repository(job.store, job: job.fixture.job.name)
        #expect(try !repository.isGood(bomb))
        #expect(try repository.latest()?.point.generation == 1)
        #expect(
            throws: SyncError.unbounded(
                repository.unbounded(bomb.point),
                hint: "look at it; if it is as it should be: hybridrep release mdb01 2")
        ) { try job.rebuild(bomb) }
    }

    @Test func aChainOfBombsVouchesForNothing() throws {
        let job = try Bombed()
        for _ in 0..<3 { _ = try job.zeros(1 << 45, blockSize: 8192) }
        let repository = try Repository(job.store, job: job.fixture.job.name)
        #expect(try repository.latest()?.point.generation == 1)
    }

    @Test func whatIsAcceptedByNameIsBelievedAndVouchesForTheNext() throws {
        let job = try Bombed()
        let bomb = try job.zeros(1 << 45, blockSize: 1 << 20)
        let name = job.fixture.job.name
        #expect(try !Repository(job.store, job: name).isGood(bomb))
        let repository = try Repository(job.store, job: name)
        try repository.add(.released) {
            Note($0, point: bomb.reference, made: FixedClock().now, maker: "test")
        }
        #expect(try Repository(job.store, job: name).isGood(bomb))
        let next = try job.zeros(1 << 45, blockSize: 1 << 20)
        #expect(try Repository(job.store, job: name).isGood(next))
        let more = try job.zeros(1 << 46, blockSize: 1 << 20)
        #expect(try !Repository(job.store, job: name).isGood(more))
    }

    /// A sparse file of 64 TiB is its owner's to have.
    @Test func theFirstImageOfAJobMayBeOfAnySize() throws {
        let job = try Bombed()
        let length = 1 << 46
        let first = try Repository(job.store, job: job.fixture.job.name).point(1)
        var point = first.point
        point.layout = try ImageLayout([
            Extent(key: .init(.data, ""), offset: 0, length: length, blockSize: 8192)
        ])
        let repository = try Repository(job.store, job: job.fixture.job.name)
        #expect(!ImageBound(point).isFree)
        #expect(try repository.isBounded(point))
    }

    @Test("blocks of which a map knows nothing are not counted one by one")
    func unknownBlocks() throws {
        let job = try Bombed()
        let length = 1 << 25
        let unknown = try job.add(
            length, blockSize: 1, [MapEntry(offset: 0, length: length, source: .zero)], [])
        let name = unknown.point.id
        #expect(
            throws: SyncError.damaged(
                "the map of point \(name) has 0 fingerprints for 33554432 bytes of data")
        ) { try job.rebuild(unknown) }
    }

    @Test func aRecordWhereAllIsZeroIsALie() throws {
        let job = try Bombed()
        let frame = FrameID(push: 1, counter: 1)
        let lie = try job.add(
            8192, blockSize: 8192,
            [
                MapEntry(
                    offset: 0, length: 8192, source: .record(frame: frame, record: 0, offset: 0, depth: 0))
            ],
            [FingerprintRun(offset: 0, length: 8192, blockSize: 8192, source: .zero)])
        // The digest of so few blocks is computed first.
        #expect(
            throws: SyncError.damaged("the image of point \(lie.point.id) does not have its digest")
        ) { try job.rebuild(lie) }
    }
}
