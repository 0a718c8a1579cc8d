import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import Synchronization
import TestSupport
import Testing

/// A clock that a test sets.
private final class SetClock: Clock {
    private let seconds = Mutex<Int64>(1_795_312_804)
    var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }
    var monotonicNanoseconds: UInt64 { 0 }
    func sleep(milliseconds: Int) {}
    func advance(_ span: Int64) { seconds.withLock { $0 += span } }
}

@Suite struct ForgetConformanceTests {
    /// Where the objects are.
    enum Place: CaseIterable { case folder, memory }

    /// A job of nightly points.
    private struct Nights {
        let folder: TemporaryFolder
        let clock = SetClock()
        let store: LocalStoreService
        let fixture: StoreFixture

        init(_ count: Int, seed: UInt64 = 1, in place: Place = .folder) throws {
            folder = try TemporaryFolder()
            let storage: any LockingStorage =
                switch place {
                case .folder:
                    DirectoryStorage(
                        root: folder.storePath, files: HostFileSystem(), clock: clock,
                        entropy: SeededEntropy(seed: seed))
                case .memory: MemoryStorage(in: .make(for: folder.storePath), clock: clock)
                }
            store = LocalStoreService(storage, clock: clock)
            fixture = try StoreFixture(on: store, seed: seed)
            for _ in 0..<count { try add() }
        }

        func add() throws {
            clock.advance(86_400)
            try fixture.addPoint()
        }

        func request(_ generations: UInt64...) -> ForgetRequest {
            ForgetRequest(
                job: mdb01,
                items: generations.map { generation in
                    .init(
                        generation: generation,
                        digest: fixture.points.first { $0.point.generation == generation }?.digest,
                        reason: "no rule keeps it")
                }, maker: "test")
        }

        func generations() throws -> [UInt64] { try Repository(store, job: mdb01).generations() }

        func check(_ level: CheckRequest.Level = .full) throws -> CheckReport {
            try store.check(CheckRequest(job: mdb01, generation: nil, level: level, seed: 1)) { _ in }
        }
    }

    @Test(arguments: Place.allCases) func whatIsForgottenGoesToTheTrashAndIsToldOf(place: Place) throws {
        let nights = try Nights(6, in: place)
        let report = try nights.store.forget(nights.request(1, 3))
        #expect(report.forgotten == [1, 3])
        #expect(report.kept == [])
        #expect(try nights.generations() == [2, 4, 5, 6])
        // Parents that were forgotten are missed by nobody.
        #expect(try nights.check().damage == [])
        try nights.add()
        #expect(try nights.generations() == [2, 4, 5, 6, 7])
        #expect(try nights.store.forget(nights.request(2)).forgotten == [2])
        #expect(try nights.check().damage == [])
    }

    @Test(arguments: Place.allCases) func guardsKeepWhatAClientMayNotTake(place: Place) throws {
        let nights = try Nights(6, in: place)
        let repository = try Repository(nights.store, job: mdb01)
        let pinned = nights.fixture.points[1].reference
        try repository.add(.pinned) {
            Note($0, point: pinned, made: nights.clock.now, maker: "test")
        }
        nights.store.rights = DeletionPermissions(mayForget: true, minAge: 4 * 86_400)
        let report = try nights.store.forget(nights.request(1, 2, 4, 6, 9))
        #expect(report.forgotten == [1])
        #expect(report.kept.map(\.generation) == [2, 4, 6, 9])
        #expect(report.kept.first?.reason == "pinned")
        #expect(try nights.generations() == [2, 3, 4, 5, 6])
    }

    @Test(arguments: Place.allCases) func nothingGoesWhereAnythingIsInDoubt(place: Place) throws {
        func kind(_ nights: Nights, _ request: ForgetRequest) throws -> StoreError.Kind? {
            let before = try nights.generations()
            let error = #expect(throws: StoreError.self) { try nights.store.forget(request) }
            #expect(try nights.generations() == before)
            return error?.kind
        }
        let many = try Nights(5, in: place)
        #expect(try kind(many, many.request(1, 2, 3)) == .refused)
        let appended = try Nights(3, in: place)
        appended.store.rights = .appendOnly
        #expect(try kind(appended, appended.request(1)) == .refused)
        let late = try Nights(5, in: place)
        late.clock.advance(30 * 86_400)
        #expect(try kind(late, late.request(1)) == .refused)
        let gap = try Nights(5, in: place)
        try gap.folder.remove(.point(mdb01, 2))
        #expect(try kind(gap, gap.request(1)) == .corrupt)
        let unproved = try Nights(5, in: place)
        try unproved.folder.damage(.pack(mdb01, try #require(unproved.fixture.packs[4].first))) {
            $0[200] ^= 1
        }
        #expect(try kind(unproved, unproved.request(1)) == .corrupt)
        let other = try Nights(3, in: place)
        var request = other.request(1)
        request.items[0] = .init(generation: 1, digest: digest(of: [1]), reason: "")
        #expect(
            try other.store.forget(request).kept.map(\.reason) == ["it is another point than was asked for"])
    }

    @Test(arguments: Place.allCases) func aTrialChangesNothing(place: Place) throws {
        let nights = try Nights(4, in: place)
        var request = nights.request(1)
        request.isTrial = true
        #expect(try nights.store.forget(request).forgotten == [1])
        #expect(try nights.generations() == [1, 2, 3, 4])
    }

    @Test(
        "a collection takes what nothing needs, and what is left is whole", arguments: [UInt64(1), 2, 3, 4])
    func collecting(seed: UInt64) throws {
        let nights = try Nights(20, seed: seed)
        let before = try nights.check()
        var forgetting = nights.request(1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17)
        forgetting.mayTakeMany = true
        _ = try nights.store.forget(forgetting)
        var request = CollectRequest(job: mdb01, maker: "test")
        request.wastePercent = 0
        let report = try nights.store.collect(request)
        #expect(report.points == 5)
        #expect(report.thinnedPacks > 0)
        #expect(report.trashBytes > 0)
        let after = try nights.check()
        #expect(after.damage == [])
        #expect(after.points == 5)
        #expect(after.hashedBytes < before.hashedBytes)
        // The second time there is nothing to do.
        let again = try nights.store.collect(request)
        #expect(again.deadObjects == 0)
        #expect(again.thinnedPacks == 0)
        // The trash goes when time and points have passed, not before.
        nights.clock.advance(8 * 86_400)
        #expect(try nights.store.collect(request).sweptFiles == 0)
        try nights.add()
        try nights.add()
        let swept = try nights.store.collect(request)
        #expect(swept.sweptBytes >= report.trashBytes)
        #expect(try nights.check().damage == [])
    }

    /// A disk on which nothing new has room.
    private final class FullFiles: FileSystemDecorator {
        let base: any FileSystem = HostFileSystem()

        func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
            if mode == .create { throw SystemError(call: "open", path: path, code: 28) }
            return try base.open(path, mode)
        }
        func makeFolder(_ path: String) throws(SystemError) -> Bool {
            if try base.status(path) != nil { return false }
            throw SystemError(call: "mkdir", path: path, code: 28)
        }
    }

    @Test func aFullDiskIsMadeEmptier() throws {
        let nights = try Nights(20)
        var forgetting = nights.request(1, 2, 3, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17)
        forgetting.mayTakeMany = true
        _ = try nights.store.forget(forgetting)
        let before = try nights.check()
        nights.store.close()
        let full = LocalStoreService(
            directory: nights.folder.storePath, files: FullFiles(), clock: nights.clock,
            entropy: SeededEntropy(seed: 3))
        var request = CollectRequest(job: mdb01, maker: "test")
        request.wastePercent = 0
        // With a trash that is kept there has to be room for its folder.
        let error = #expect(throws: StoreError.self) { try full.collect(request) }
        #expect(error?.kind == .noSpace)
        request.graceSeconds = 0
        let report = try full.collect(request)
        full.close()
        #expect(report.deadObjects > 0)
        #expect(report.sweptBytes >= report.deadBytes)
        #expect(report.packsLeftForSpace > 0)
        let after = try nights.check()
        #expect(after.damage == [])
        #expect(after.points == before.points)
    }

    @Test(arguments: Place.allCases) func aForgottenPointComesBackFromTheTrash(place: Place) throws {
        let nights = try Nights(8, in: place)
        _ = try nights.store.forget(nights.request(2, 3, 4))
        var request = CollectRequest(job: mdb01, maker: "test")
        request.wastePercent = 0
        _ = try nights.store.collect(request)
        request.recalled = [3]
        _ = try nights.store.collect(request)
        #expect(try nights.generations() == [1, 3, 5, 6, 7, 8])
        #expect(try nights.check().damage == [])
        #expect(try nights.check().points == 6)
        // It is no longer among those that have gone.
        try nights.folder.remove(.point(mdb01, 3))
        #expect(throws: StoreError.self) {
            try nights.store.collect(CollectRequest(job: mdb01, maker: "test"))
        }
    }

    @Test("what cannot be read stops a collection, and nothing is taken away")
    func collectionsFailClosed() throws {
        for damage in 0..<4 {
            let nights = try Nights(6)
            _ = try nights.store.forget(nights.request(1, 2))
            switch damage {
            case 0: try nights.folder.damage(.point(mdb01, 4)) { $0[100] ^= 1 }
            case 1:
                let segment = try #require(nights.fixture.points[4].point.segments.first)
                try nights.folder.damage(.map(mdb01, segment.name)) { $0[60] ^= 1 }
            case 2: try nights.folder.remove(.pack(mdb01, try #require(nights.fixture.packs[5].first)))
            default: try nights.folder.remove(.point(mdb01, 5))
            }
            let packs = try nights.store.list(.pack, job: mdb01)
            let error = #expect(throws: StoreError.self) {
                try nights.store.collect(CollectRequest(job: mdb01, maker: "test"))
            }
            #expect(error?.kind == .corrupt)
            #expect(try nights.store.list(.pack, job: mdb01) == packs)
        }
    }

    @Test func aCollectionWaitsForNobodyAndDisturbsNobody() throws {
        let nights = try Nights(3)
        let other = try nights.folder.directoryStore(seed: 9)
        _ = try other.list(.point, job: mdb01)
        let error = #expect(throws: StoreError.self) {
            try nights.store.collect(CollectRequest(job: mdb01, maker: "test"))
        }
        #expect(error?.kind == .locked)
        other.close()
        #expect(try nights.store.collect(CollectRequest(job: mdb01, maker: "test")).points == 3)
    }

    @Test func anAgentDoesTheSame() throws {
        let nights = try Nights(6)
        nights.store.close()
        let agent = try AgentStore(
            over: try PipeTransport(serving: nights.folder.storePath, clock: nights.clock, seed: 5),
            label: "agent",
            dialect: Dialect(toolVersion: "1.0-near"), runID: "run-5")
        let report = try agent.forget(nights.request(1, 6))
        #expect(report.forgotten == [1])
        #expect(report.kept == [.init(generation: 6, reason: "the newest good point")])
        let collected = try agent.collect(CollectRequest(job: mdb01, maker: "test"))
        #expect(collected.points == 5)
        try agent.close()
        #expect(try nights.check().damage == [])
    }

    @Test func tombsAreReadAsTheyWereWritten() throws {
        var random = SeededGenerator(seed: 3)
        let (job, store) = (Identifier(high: 1, low: 2), Identifier(high: 3, low: 4))
        for _ in 0..<200 {
            var gone: [ClosedRange<UInt64>] = []
            var next: UInt64 = 1
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let lower = next + UInt64.random(in: 0...5, using: &random)
                let upper = lower + UInt64.random(in: 0...9, using: &random)
                gone.append(lower...upper)
                next = upper + 2
            }
            let tomb = Tombstone(
                number: random.next() >> 1, made: Timestamp(nanoseconds: Int64(random.next() >> 2)),
                maker: "a host",
                trusted: random.next(), gone: gone,
                entries: [
                    .init(
                        generation: 4, digest: digest(of: random.bytes(4)), received: Timestamp(seconds: 5),
                        reason: "no rule keeps it"),
                    .init(generation: 5, digest: nil, received: Timestamp(seconds: 0), reason: ""),
                ])
            let bytes = tomb.encoded(job: job, store: store)
            #expect(try Tombstone(parsing: bytes, job: job, store: store) == tomb)
            for generation in 0..<next + 2 {
                #expect(tomb.covers(generation) == gone.contains { $0.contains(generation) })
            }
        }
    }
}
