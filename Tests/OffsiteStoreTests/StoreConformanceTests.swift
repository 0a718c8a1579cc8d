import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// What every store does, wherever it is.
@Suite struct StoreConformanceTests {
    @Test(arguments: StoreKind.allCases)
    func aStoreIsMadeOnceAndStaysAsItIs(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let store = try kind.open(folder)
        let first = StoreObject(id: Identifier(high: 1, low: 2), created: Timestamp(seconds: 10))
        let second = StoreObject(id: Identifier(high: 3, low: 4), created: Timestamp(seconds: 20))
        #expect(try store.initialise(first))
        #expect(try !store.initialise(second))
        #expect(try store.storeObject() == first)
        #expect(try store.jobs() == [])
        try store.close()
    }

    @Test(arguments: StoreKind.allCases)
    func aJobIsMadeOnceAndStaysAsItIs(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let other = JobObject(
            id: .zero, name: mdb01, secret: [UInt8](repeating: 1, count: 192), created: Timestamp(seconds: 1))
        #expect(try !fixture.store.publishJob(mdb01, other.encoded(store: fixture.storeID)))
        #expect(try fixture.store.jobs() == [mdb01])
        #expect(try Repository(fixture.store, job: mdb01).job == fixture.job)
        #expect(try folder.temporaryNames() == [])
    }

    @Test(arguments: StoreKind.allCases)
    func aJobObjectOfAnotherJobOrStoreIsRefused(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let bytes = fixture.job.encoded(store: fixture.storeID)
        let foreign = fixture.job.encoded(store: .zero)
        let wrongName = #expect(throws: StoreError.self) {
            try fixture.store.publishJob(.valid("other"), bytes)
        }
        let wrongStore = #expect(throws: StoreError.self) {
            try fixture.store.publishJob(.valid("other"), foreign)
        }
        #expect(wrongName?.kind == .corrupt)
        #expect(wrongStore?.kind == .corrupt)
        #expect(try fixture.store.jobs() == [mdb01])
    }

    @Test(arguments: StoreKind.allCases)
    func aFolderWithoutAStoreSaysSo(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let store = try kind.open(folder)
        let error = #expect(throws: StoreError.self) { try store.storeObject() }
        #expect(error?.kind == .notFound)
        #expect(error?.hint == "make it with: hybridrep init TARGET --job JOB")
        #expect(try store.length(of: .store) == nil)
        #expect(try store.jobs() == [])
    }

    @Test(arguments: StoreKind.allCases)
    func objectsAreListedByNameWithTheirLengths(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 2)
        try fixture.addPoint()
        try fixture.addPoint()
        let store = fixture.store
        let packs = try store.list(.pack, job: mdb01)
        #expect(packs.map { $0.key } == fixture.packs.joined().sorted().map { .pack(mdb01, $0) })
        for kind in ObjectKind.clients {
            for object in try store.list(kind, job: mdb01) {
                #expect(try store.length(of: object.key) == object.length)
                #expect(try folder.contents(object.key).count == object.length)
            }
        }
        #expect(try store.list(.point, job: mdb01).map { $0.key } == [.point(mdb01, 1), .point(mdb01, 2)])
        #expect(try store.list(.map, job: mdb01).count == 2)
        #expect(try store.list(.index, job: mdb01).count == 2)
    }

    @Test(arguments: StoreKind.onDisk)
    func whatDoesNotLookLikeAnObjectIsLeftOut(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 3)
        try fixture.addPoint()
        let before = try ObjectKind.clients.map { try fixture.store.list($0, job: mdb01) }
        let files = HostFileSystem()
        let job = folder.storePath + "/jobs/mdb01/"
        for path in [
            "packs/readme", "packs/zz", "maps/x.map", "points/1.point", "points/000000000000000G.point",
            "index/.idx",
        ] { _ = try files.open(job + path, .create) }
        #expect(try ObjectKind.clients.map { try fixture.store.list($0, job: mdb01) } == before)
    }

    @Test(arguments: StoreKind.allCases)
    func aRangeOfAnObjectIsReadExactlyOrNotAtAll(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 4)
        try fixture.addPoint()
        let key = ObjectKey.pack(mdb01, try #require(fixture.packs.first?.first))
        let bytes = try folder.contents(key)
        let store = fixture.store
        #expect(try store.read(key, at: 0, count: bytes.count) == bytes)
        #expect(try store.read(key, at: 7, count: 100) == Array(bytes[7..<107]))
        #expect(try store.read(key, at: bytes.count, count: 0) == [])
        let short = #expect(throws: StoreError.self) { try store.read(key, at: bytes.count - 1, count: 2) }
        #expect(
            short == StoreError(.corrupt, "get", key.path, "ends at byte \(bytes.count)"))
        let long = #expect(throws: StoreError.self) {
            try store.read(key, at: 0, count: ReadLimit.bytes + 1)
        }
        #expect(long?.kind == .failed)
        let far = #expect(throws: StoreError.self) { try store.read(key, at: .max, count: 1) }
        #expect(far?.kind == .failed)
        let absent = #expect(throws: StoreError.self) { try store.read(.point(mdb01, 9), at: 0, count: 1) }
        #expect(absent?.kind == .notFound)
        #expect(try store.whole(key, limit: 1 << 20) == bytes)
    }

    @Test(arguments: StoreKind.allCases)
    func aPointIsRebuiltFromWhatTheStoreHolds(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 5)
        for _ in 0..<7 { try fixture.addPoint() }
        for (number, image) in fixture.images.enumerated() {
            let generation = UInt64(number + 1)
            #expect(try StoreFixture.rebuild(generation, from: fixture.store, job: mdb01) == image)
        }
    }

    @Test(arguments: StoreKind.onDisk)
    func spaceIsThatOfTheStoresFileSystem(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 6)
        let space = try fixture.store.space()
        #expect(space.totalBytes == (try HostFileSystem().space(folder.path).totalBytes))
        #expect((0...space.totalBytes).contains(space.availableBytes))
    }
}
