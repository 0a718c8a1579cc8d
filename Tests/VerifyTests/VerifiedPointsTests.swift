import DeltaSync
import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing
import Verify

/// Which points notes say are proved.
@Suite struct VerifiedPointsTests {
    private final class Job {
        let files = MemoryFileSystem()
        let fixture: StoreFixture
        init() throws { fixture = try StoreFixture(on: Self.open(files, 0), seed: 3) }

        static func open(_ files: MemoryFileSystem, _ day: Int) -> LocalStoreService {
            LocalStoreService(
                directory: "/store", files: files,
                clock: FixedClock(Timestamp(seconds: 1_795_312_804 + Int64(day) * 86_400)),
                entropy: SeededEntropy(seed: UInt64(day + 1)))
        }

        func verify(
            _ level: CheckRequest.Level = .quick, generation: UInt64? = nil, on day: Int, isPush: Bool = false
        ) throws {
            let store = Self.open(files, day)
            let repository = try Repository(store, job: fixture.job.name)
            let request = CheckRequest(job: fixture.job.name, generation: generation, level: level, seed: 1)
            let result = PointVerification.Result(check: try store.check(request) { _ in })
            let notebook = NoteWriter(repository, clock: FixedClock(), maker: "test")
            let reference = try generation.map { try repository.point($0).reference }
            if isPush, let reference { return try notebook.proved(result, of: reference) }
            try notebook.verified(level, result, of: reference)
        }

        var newest: UInt64? {
            get throws {
                let store = Self.open(files, 99)
                let repository = try Repository(store, job: fixture.job.name)
                return try VerifiedPoints(repository).newest()?.point.generation
            }
        }
    }

    @Test func aPushsOwnProofCountsForItsPointAlone() throws {
        let job = try Job()
        for _ in 0..<3 { try job.fixture.addPoint() }
        #expect(try job.newest == nil)
        try job.verify(generation: 2, on: 1, isPush: true)
        #expect(try job.newest == 2)
        try job.verify(generation: 1, on: 2)
        #expect(try job.newest == 2)
        try job.verify(generation: 3, on: 2)
        #expect(try job.newest == 3)
    }

    @Test func aProofOfTheWholeJobCountsForAllPointsBeforeIt() throws {
        let job = try Job()
        for _ in 0..<2 { try job.fixture.addPoint() }
        try job.verify(on: 1)
        #expect(try job.newest == 2)
        try job.verify(.full, on: 1)
        #expect(try job.newest == 2)
    }

    @Test func whatWasFoundDamagedIsNotProved() throws {
        let job = try Job()
        for _ in 0..<2 { try job.fixture.addPoint() }
        try job.verify(on: 1)
        #expect(try job.newest == 2)
        // A pack that the second point alone needs.
        let pack = try #require(job.fixture.packs[1].first)
        try job.files.remove("/store/" + ObjectKey.pack(job.fixture.job.name, pack).path)
        try job.verify(on: 2)
        #expect(try job.newest == 1)
    }
}
