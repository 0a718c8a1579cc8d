import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct CopyRefusalTests {
    @Test(arguments: StoreKind.allCases)
    func anotherJobOfTheNameIsRefused(kind: StoreKind) throws {
        let pair = try CopyPair(kind)
        _ = try StoreFixture(on: try pair.destination(), seed: 99)
        let error = #expect(throws: StoreError.self) { try pair.copy() }
        #expect(error?.kind == .notFound)
        #expect(error?.detail == "it holds another job of the name mdb01")
        #expect(try pair.destination().list(.pack, job: mdb01) == [])
    }

    @Test func theSameStoreIsRefused() throws {
        let pair = try CopyPair()
        let error = #expect(throws: StoreError.self) {
            try pair.copy(to: try StoreKind.folder.open(pair.near, seed: 9))
        }
        #expect(error?.kind == .exists)
        #expect(error?.detail == "it is the same store")
    }

    @Test(arguments: StoreKind.allCases)
    func aStoreThatIsPushedToIsLocked(kind: StoreKind) throws {
        let pair = try CopyPair(kind)
        try pair.copy(.newest(1))
        try pair.fixture.addPoint()
        let other = try pair.destination()
        try other.lockForPush(mdb01, holder: "pid 1")
        #expect(throws: StoreError.self) { try pair.copy() }
        other.unlockPush(mdb01)
        #expect(try pair.copy().copied.count == 1)
    }

    // Goal of this test: nothing is collected under a copy, at either end; a push to its source goes on.
    @Test func aCopyKeepsCollectorsAway() throws {
        let pair = try CopyPair()
        try pair.copy(.newest(1))
        try pair.fixture.addPoint()
        var kinds: [StoreError.Kind?] = []
        try pair.copy { (_) throws(StoreError) in
            for folder in [pair.near, pair.far] {
                let other = LocalStoreService(
                    directory: folder.storePath, files: HostFileSystem(), clock: FixedClock(),
                    entropy: SeededEntropy(seed: 5))
                do throws(StoreError) {
                    _ = try other.collect(CollectRequest(job: mdb01, maker: "test"))
                    kinds.append(nil)
                } catch { kinds.append(error.kind) }
                do throws(StoreError) {
                    try other.lockForPush(mdb01, holder: "test")
                    kinds.append(nil)
                } catch { kinds.append(error.kind) }
                other.close()
            }
        }
        #expect(kinds.count >= 4)
        #expect(Array(kinds.prefix(4)) == [.locked, nil, .locked, .locked])
    }

    @Test func whatDoesNotFitIsRefusedBeforeTheFirstByte() throws {
        let pair = try CopyPair()
        let files = ScarceFiles(on: HostFileSystem(), freeBytes: 0)
        let store = LocalStoreService(
            directory: pair.far.storePath, files: files, clock: FixedClock(), entropy: SeededEntropy(seed: 3))
        let needed = try StoreCopy(.all, from: try Repository(pair.source, job: mdb01), to: store).forecast
            .bytes
        files.set(freeBytes: needed - 1)
        let error = #expect(throws: StoreError.self) { try pair.copy(to: store) }
        #expect(error?.kind == .noSpace)
        #expect(try store.list(.pack, job: mdb01) == [])
        files.set(freeBytes: needed)
        #expect(try pair.copy(to: store).copied.count == 3)
    }

    // Goal of this test: stopped after any piece, the next copy ends in the same store, and sends no object twice.
    @Test(arguments: StoreKind.allCases)
    func aCopyThatWasStoppedGoesOn(kind: StoreKind) throws {
        let whole = try CopyPair(kind)
        var pieces = 0
        let all = try whole.copy { _ in pieces += 1 }
        #expect(pieces >= 6)
        for stop in 1...pieces {
            let pair = try CopyPair(kind)
            var count = 0
            let error = #expect(throws: StoreError.self) {
                try pair.copy { (_) throws(StoreError) in
                    count += 1
                    if count == stop { throw .interrupted }
                }
            }
            #expect(error == .interrupted)
            // A map segment that no point names may have a name that is not durable, and is sent again.
            let cut = try Repository(try pair.destination(), job: mdb01)
            var there = try pair.destination().list(.pack, job: mdb01).reduce(0) { $0 + $1.length }
            for segment in try Set(cut.generations().flatMap { try cut.point($0).point.segments }) {
                there += segment.length
            }
            let rest = try pair.copy()
            #expect(rest.bytes == all.bytes - there, "stopped after \(stop)")
            try pair.expectCopied([0, 1, 2])
            #expect(try pair.far.temporaryNames() == [])
            // What a copy that was cut has left is in an index now, and nobody needs to read its footer.
            let locations = try Repository(try pair.destination(), job: mdb01).frames()
            #expect(locations.packNames.allSatisfy { !locations.isUnindexed($0) }, "stopped after \(stop)")
        }
    }
}
