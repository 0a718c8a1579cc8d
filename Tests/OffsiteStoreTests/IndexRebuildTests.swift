import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// Collection makes indexes again that are damaged or lost.
@Suite struct IndexRebuildTests {
    private struct Job {
        let folder: TemporaryFolder
        let store: LocalStoreService
        let fixture: StoreFixture

        init(points: Int = 3) throws {
            folder = try TemporaryFolder()
            store = try folder.directoryStore(seed: 4)
            fixture = try StoreFixture(on: store, seed: 9)
            for _ in 0..<points { try fixture.addPoint() }
        }

        func collect() throws -> CollectReport {
            try store.collect(CollectRequest(job: mdb01, maker: "owner"))
        }

        func locations() throws -> FrameIndex {
            try Repository(store, job: mdb01).frames()
        }

        func requireIndexed() throws {
            let locations = try locations()
            #expect(!locations.lacksIndexes)
            for pack in fixture.packs.joined() { #expect(locations.isIndexed(pack)) }
            let report = try store.check(
                CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
            ) { _ in }
            #expect(report.damage == [])
            #expect(try StoreFixture.rebuild(3, from: store, job: mdb01) == fixture.images[2])
        }
    }

    @Test func aDamagedIndexIsReplaced() throws {
        let job = try Job()
        let index = try #require(try job.store.list(.index, job: mdb01).first).key
        try job.folder.damage(index) { $0[60] ^= 1 }
        #expect(try job.locations().lacksIndexes)
        _ = try job.collect()
        try job.requireIndexed()
        #expect(try !job.store.list(.index, job: mdb01).map(\.key).contains(index))
    }

    // Goal of this test: what an agent would refuse to build upon is in an index again.
    @Test func aLostIndexIsMadeAgain() throws {
        let job = try Job()
        for index in try job.store.list(.index, job: mdb01) { try job.folder.remove(index.key) }
        #expect(try job.fixture.packs.joined().allSatisfy(job.locations().isUnindexed))
        _ = try job.collect()
        try job.requireIndexed()
        #expect(try job.store.list(.index, job: mdb01).count == 1)
        _ = try job.collect()
        #expect(try job.store.list(.index, job: mdb01).count == 1)
    }

    @Test func packsOfAPushThatWasCutStayInNoIndex() throws {
        let job = try Job()
        let cut = try job.fixture.next()
        try job.fixture.upload(cut)
        for index in try job.store.list(.index, job: mdb01) { try job.folder.remove(index.key) }
        _ = try job.collect()
        let locations = try job.locations()
        for pack in cut.index.packs { #expect(!locations.isIndexed(pack.name)) }
        for pack in job.fixture.packs.joined() { #expect(locations.isIndexed(pack)) }
    }

    @Test func aTrialMakesNone() throws {
        let job = try Job()
        for index in try job.store.list(.index, job: mdb01) { try job.folder.remove(index.key) }
        var trial = CollectRequest(job: mdb01, maker: "owner")
        trial.isTrial = true
        _ = try job.store.collect(trial)
        #expect(try job.store.list(.index, job: mdb01).isEmpty)
    }
}
