import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct CheckConformanceTests {
    private struct Checked {
        let folder: TemporaryFolder
        let fixture: StoreFixture
        let store: any ObjectStore

        init(_ kind: StoreKind, points: Int = 3) throws {
            folder = try TemporaryFolder()
            fixture = try StoreFixture(on: try kind.open(folder), seed: 11)
            for _ in 0..<points { try fixture.addPoint() }
            store = fixture.store
        }

        func check(
            _ level: CheckRequest.Level, generation: UInt64? = nil
        ) throws -> CheckReport {
            try store.check(CheckRequest(job: mdb01, generation: generation, level: level, seed: 5)) { _ in }
        }

        var packs: [ObjectKey] { fixture.packs.joined().map { .pack(mdb01, $0) } }
    }

    @Test(arguments: StoreKind.allCases)
    func aGoodJobIsGoodAndEverythingIsCounted(kind: StoreKind) throws {
        let job = try Checked(kind)
        let full = try job.check(.full)
        let packCount = job.packs.count
        #expect(full.isGood)
        #expect(full.points == 3)
        #expect(full.neededObjects == packCount + 3 /* maps */ + 3 /* points */ + 3 /* indexes */)
        #expect(full.presentObjects == full.neededObjects)
        #expect(full.objectsToHash == full.neededObjects)
        #expect(full.hashedObjects == full.neededObjects)
        let lengths = try ObjectKind.clients.flatMap { try job.store.list($0, job: mdb01) }.map { $0.length }
        #expect(full.hashedBytes == lengths.reduce(0, +))
        let quick = try job.check(.quick)
        #expect(quick.isGood)
        #expect(quick.neededObjects == packCount + 6)
        #expect(quick.objectsToHash == packCount)
        #expect(quick.hashedObjects == packCount)
    }

    // Goal of this test: whoever watches a check can end it, and the store goes on for others.
    @Test(arguments: StoreKind.allCases, [CheckRequest.Level.quick, .full])
    func aCheckEndsWhenItIsToldTo(kind: StoreKind, level: CheckRequest.Level) throws {
        let job = try Checked(kind)
        let request = CheckRequest(job: mdb01, generation: nil, level: level, seed: 5)
        let error = #expect(throws: StoreError.self) {
            _ = try job.store.check(request) { (_) throws(StoreError) in throw .interrupted }
        }
        #expect(error == .interrupted)
        #expect(try job.folder.directoryStore(seed: 2).check(request) { _ in }.isGood)
    }

    @Test(arguments: StoreKind.allCases)
    func partsOneBehindTheOtherReadEveryObjectOnce(kind: StoreKind) throws {
        let job = try Checked(kind)
        let full = try job.check(.full)
        let named = full.neededObjects - 3 /* points, which every check reads */
        var hashed = 0
        var start = UInt64(1) << 63
        for _ in 0..<4 {
            let arc = DigestRange(start: start, length: 1 << 62)
            let report = try job.store.check(CheckRequest(job: mdb01, part: .init(arc: arc))) { _ in }
            #expect(report.isGood)
            #expect(report.neededObjects == full.neededObjects)
            #expect(report.hashedObjects == report.objectsToHash)
            #expect(report.readTo == arc.end)
            hashed += report.hashedObjects
            start = arc.end
        }
        #expect(hashed == named)
        let whole = try job.store.check(CheckRequest(job: mdb01, part: .init(arc: .whole))) { _ in }
        #expect(whole.hashedObjects == named)
        #expect(whole.readTo == 0)
    }

    @Test(arguments: StoreKind.allCases)
    func aPartFindsDamageInItsArcOnly(kind: StoreKind) throws {
        let job = try Checked(kind)
        let key = try #require(job.packs.first)
        guard case .pack(_, let name) = key else { return }
        try job.folder.damage(key) { $0[$0.count / 2] ^= 0x10 }
        let position = DigestRange.position(of: name)
        for (arc, count) in [
            (DigestRange(start: position, length: 1), 1), (DigestRange(from: position &+ 2, to: position), 0),
            // Nothing is in it, so the next one is read.
            (DigestRange(start: position &- 1, length: 1), 1),
        ] {
            let report = try job.store.check(CheckRequest(job: mdb01, part: .init(arc: arc))) { _ in }
            #expect(report.damage.map(\.object) == (count == 1 ? [key.path] : []))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aJobWithoutPointsIsNotGood(kind: StoreKind) throws {
        let job = try Checked(kind, points: 0)
        #expect(try !job.check(.full).isGood)
        #expect(try !job.check(.quick).isGood)
        let error = #expect(throws: StoreError.self) { try job.check(.quick, generation: 1) }
        #expect(error?.kind == .notFound)
        #expect(error?.detail == "there is no point 1")
    }

    @Test(arguments: StoreKind.allCases)
    func oneFlippedBitInAnyPackIsReportedExactly(kind: StoreKind) throws {
        let job = try Checked(kind)
        for (number, key) in job.packs.enumerated() {
            let good = try job.folder.contents(key)
            // In the middle there are only payloads.
            try job.folder.damage(key) { $0[$0.count / 2] ^= 0x10 }
            let found = digest(of: try job.folder.contents(key))
            let points: [UInt64] = number < job.fixture.packs[0].count ? [1, 2, 3] : [2, 3]
            let own = job.fixture.packs[2].contains { .pack(mdb01, $0) == key }
            for level in [CheckRequest.Level.quick, .full] {
                let report = try job.check(level)
                let damage = try #require(report.damage.first)
                #expect(report.damage.count == 1)
                #expect(damage.object == key.path)
                #expect(damage.points == (own ? [3] : points))
                // What was proved by its name before is proved by check values in a quick check.
                if level == .full || own {
                    #expect(damage.reason == "its SHA-256 is \(found)")
                } else {
                    #expect(damage.reason.hasPrefix("frame "))
                    #expect(damage.reason.hasSuffix(" does not match its digest"))
                }
                #expect(!report.isGood)
                #expect(report.presentObjects == report.neededObjects)
            }
            try job.folder.damage(key) { $0 = good }
        }
        #expect(try job.check(.full).isGood)
    }

    @Test(arguments: StoreKind.allCases)
    func theProofOfABaseReadsAFewFramesAndAllLengths(kind: StoreKind) throws {
        let job = try Checked(kind)
        let before = job.store.traffic
        let report = try job.check(.base, generation: 3)
        let traffic = job.store.traffic - before
        // One question and its answer, some of which may be signs of life.
        #expect(traffic.sentBytes + traffic.receivedBytes < 1_000)
        #expect(report.isGood)
        #expect(report.points == 1)
        #expect(report.neededObjects == job.packs.count + 4)
        #expect(report.objectsToHash <= CheckRequest.sampledFrames)
        #expect(report.hashedObjects == report.objectsToHash)
        let lengths = try job.store.list(.pack, job: mdb01).map(\.length)
        #expect((1...lengths.reduce(0, +)).contains(report.hashedBytes))
    }

    @Test(arguments: StoreKind.allCases)
    func theProofOfABaseMeetsADamagedFrameWithSomeSeed(kind: StoreKind) throws {
        let job = try Checked(kind)
        let key = try #require(job.packs.first)
        try job.folder.damage(key) { $0[$0.count / 2] ^= 0x10 }
        let reports = try (0..<16).map { seed in
            try job.store.check(
                CheckRequest(job: mdb01, generation: 3, level: .base, seed: UInt64(seed))
            ) { _ in }
        }
        let damaged = reports.filter { !$0.isGood }
        #expect(!damaged.isEmpty)
        #expect(damaged.allSatisfy { $0.damage.map(\.object) == [key.path] && $0.damage[0].points == [3] })
    }

    @Test(arguments: StoreKind.allCases)
    func pointsThatAreGoneOrNotTheOnesThatOthersFollowAreReported(kind: StoreKind) throws {
        let job = try Checked(kind)
        let other = try Checked(kind, points: 1)
        let key = ObjectKey.point(mdb01, 2)
        let good = try job.folder.contents(key)
        try job.folder.remove(key)
        let gone = try job.check(.quick)
        #expect(gone.damage == [.init(object: key.path, reason: "is missing", points: [2])])
        #expect(gone.presentObjects == gone.neededObjects - 1)
        // Of the same store and job, sound, and not the point that was committed here.
        try other.fixture.addPoint(changing: 3)
        try job.folder.put(key, try other.folder.contents(key))
        let replaced = try job.check(.full)
        let damage = try #require(replaced.damage.first { $0.object == key.path })
        #expect(
            damage == .init(object: key.path, reason: "is not the point that point 3 follows", points: [2]))
        #expect(try job.check(.quick, generation: 3).isGood)
        try job.folder.damage(key) { $0 = good }
        #expect(try job.check(.full).isGood)
    }

    @Test(arguments: StoreKind.allCases, [CheckRequest.Level.quick, .full, .base])
    func aPackCutShortIsReportedOnce(kind: StoreKind, level: CheckRequest.Level) throws {
        let job = try Checked(kind)
        let key = try #require(job.packs.first)
        let length = try job.folder.contents(key).count
        try job.folder.damage(key) { $0.removeLast() }
        let report = try job.check(level, generation: level == .base ? 3 : nil)
        #expect(
            report.damage == [
                .init(
                    object: key.path, reason: "has \(length - 1) bytes, should have \(length)",
                    points: level == .base ? [3] : [1, 2, 3])
            ])
        #expect(report.presentObjects == report.neededObjects - 1)
    }

    @Test(arguments: StoreKind.allCases, [CheckRequest.Level.quick, .full])
    func aMissingPackIsReportedOnce(kind: StoreKind, level: CheckRequest.Level) throws {
        let job = try Checked(kind)
        let key = try #require(job.packs.last)
        try job.folder.remove(key)
        let report = try job.check(level)
        #expect(report.damage == [.init(object: key.path, reason: "is missing", points: [3])])
        #expect(report.presentObjects == report.neededObjects - 1)
    }

    @Test(arguments: StoreKind.allCases, [CheckRequest.Level.quick, .full])
    func aMissingMapIsReportedWithThePointsThatNeedIt(kind: StoreKind, level: CheckRequest.Level) throws {
        let job = try Checked(kind)
        let newest = try #require(job.fixture.points[1].point.segments.first)
        let key = ObjectKey.map(mdb01, newest.name)
        try job.folder.remove(key)
        let report = try job.check(level)
        #expect(report.damage == [.init(object: key.path, reason: "is missing", points: [2, 3])])
    }

    @Test(arguments: StoreKind.allCases, [CheckRequest.Level.quick, .full])
    func oneFlippedBitAnywhereInAMapIsReported(kind: StoreKind, level: CheckRequest.Level) throws {
        let job = try Checked(kind, points: 1)
        let key = ObjectKey.map(mdb01, try #require(job.fixture.points[0].point.segments.first).name)
        let length = try job.folder.contents(key).count
        for offset in stride(from: 0, to: length, by: 61) {
            try job.folder.damage(key) { $0[offset] ^= 1 }
            let report = try job.check(level)
            #expect(report.damage.map { $0.object } == [key.path])
            #expect(report.damage.map { $0.points } == [[1]])
            try job.folder.damage(key) { $0[offset] ^= 1 }
        }
    }

    @Test(arguments: StoreKind.allCases, [CheckRequest.Level.quick, .full])
    func oneFlippedBitAnywhereInAPointIsReported(kind: StoreKind, level: CheckRequest.Level) throws {
        let job = try Checked(kind, points: 2)
        let key = ObjectKey.point(mdb01, 1)
        let length = try job.folder.contents(key).count
        for offset in stride(from: 0, to: length, by: 7) {
            try job.folder.damage(key) { $0[offset] ^= 1 }
            let report = try job.check(level)
            #expect(report.damage.map { $0.object } == [key.path])
            #expect(report.damage.map { $0.points } == [[1]])
            #expect(report.points == 2)
            try job.folder.damage(key) { $0[offset] ^= 1 }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func indexesAreReplacedByTheFootersOfPacks(kind: StoreKind) throws {
        let job = try Checked(kind)
        let indexes = try job.store.list(.index, job: mdb01)
        try job.folder.remove(indexes[0].key)
        try job.folder.damage(indexes[1].key) { $0[60] ^= 1 }
        let quick = try job.check(.quick)
        #expect(quick.isGood)
        let image = try StoreFixture.rebuild(3, from: job.store, job: mdb01)
        #expect(image == job.fixture.images[2])
        let full = try job.check(.full)
        #expect(full.damage.map { $0.object } == [indexes[1].key.path])
        #expect(full.damage.map { $0.points } == [[]])
    }

    @Test(arguments: StoreKind.allCases)
    func onePointIsCheckedWithoutTheOthers(kind: StoreKind) throws {
        let job = try Checked(kind)
        let key = try #require(job.packs.last)
        try job.folder.damage(key) { $0[$0.count / 2] ^= 1 }
        #expect(try job.check(.full, generation: 1).isGood)
        #expect(try job.check(.full, generation: 2).isGood)
        let newest = try job.check(.full, generation: 3)
        #expect(newest.points == 1)
        #expect(newest.damage.map { $0.points } == [[3]])
    }

    @Test(arguments: StoreKind.allCases)
    func aFrameThatNoPackHoldsIsNamed(kind: StoreKind) throws {
        let job = try Checked(kind, points: 1)
        for index in try job.store.list(.index, job: mdb01) { try job.folder.remove(index.key) }
        let key = try #require(job.packs.first)
        try job.folder.remove(key)
        let report = try job.check(.quick)
        #expect(report.damage.allSatisfy { $0.object.hasPrefix("frame ") && $0.points == [1] })
        #expect(report.damage.count == 3)
    }
}
