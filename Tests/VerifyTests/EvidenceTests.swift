import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing
import Verify

/// A store whose notes are made at chosen times, and what is read from them.
private final class Diary {
    static let job = Name.valid("mdb01")
    static let start: Int64 = 1_795_312_804
    let folder: TemporaryFolder
    private let fixture: StoreFixture

    init(points: Int = 3) throws {
        folder = try TemporaryFolder()
        fixture = try StoreFixture(on: Self.open(folder, 0), seed: 3)
        for _ in 0..<points { try fixture.addPoint() }
    }

    private static func open(_ folder: TemporaryFolder, _ day: Int) -> LocalStoreService {
        LocalStoreService(
            directory: folder.path + "/store", files: HostFileSystem(),
            clock: FixedClock(Timestamp(seconds: start + Int64(day) * 86_400)),
            entropy: SeededEntropy(seed: UInt64(day + 1)))
    }

    /// The store on a day, and a notebook there.
    func on<R>(_ day: Int, _ body: (NoteWriter, any ObjectStore, Repository) throws -> R) throws -> R {
        let store = Self.open(folder, day)
        let repository = try Repository(store, job: Self.job)
        return try body(
            NoteWriter(repository, clock: FixedClock(), maker: "test"), store, repository)
    }

    func verify(on day: Int, _ level: CheckRequest.Level, part: PointVerification.Part? = nil) throws {
        try on(day) { notebook, store, repository in
            let verification = PointVerification(repository, .host(HostFileSystem()))
            // A full one makes the image again, which is another test's matter.
            let result: PointVerification.Result
            if level == .full {
                let request = CheckRequest(job: Self.job, generation: nil, level: .full, seed: 1)
                var found = PointVerification.Result(check: try store.check(request) { _ in })
                found.arc = .whole
                result = found
            } else {
                result = try verification.run(level, generation: nil, part: part, seed: 1) { _ in }
            }
            try notebook.verified(level, result, of: nil)
        }
    }

    var evidence: JobEvidence {
        get throws { try on(99) { _, _, repository in try JobEvidence(reading: repository) } }
    }

    func status(_ promises: Objectives, day: Int) throws -> JobStatus {
        JobStatus(
            try evidence, promises, now: Timestamp(seconds: Self.start + Int64(day) * 86_400))
    }

    static func time(_ day: Int) -> Timestamp { Timestamp(seconds: start + Int64(day) * 86_400) }

    var packPath: String {
        get throws {
            let store = Self.open(folder, 0)
            let pack = try #require(try store.list(.pack, job: Self.job).first)
            return folder.path + "/store/" + pack.key.path
        }
    }

    func flip() throws {
        let file = try HostFileSystem().open(try packPath, .update)
        let byte = try file.bytes(at: 200, count: 1)[0]
        try file.write([byte ^ 1].span, at: 200)
    }
}

@Suite struct EvidenceTests {
    @Test func nothingIsClaimedOfAStoreThatNobodyLookedAt() throws {
        let evidence = try Diary().evidence
        #expect(evidence.pointCount == 3)
        #expect(evidence.latest?.point.generation == 3)
        #expect(evidence.head?.point.generation == 3)
        #expect(evidence.verified == nil)
        #expect(evidence.wholeSince == nil)
        #expect(evidence.rehearsed == nil)
        #expect(evidence.damage.isEmpty)
        let empty = try Diary(points: 0).evidence
        #expect(empty.latest == nil)
        #expect(JobStatus(empty, Objectives(), now: Diary.time(1)).findings == [.noGoodPoint])
    }

    /// Thirds on the days 1, 5 and 9 are a whole that is as old as the first; a fourth makes it as old as the second.
    @Test func partsMakeAWholeAsOldAsTheOldestThatIsNeeded() throws {
        let diary = try Diary()
        let third = PointVerification.Part(share: 1.0 / 3 + 0.001, seconds: nil)
        for day in [1, 5] { try diary.verify(on: day, .part, part: third) }
        #expect(try diary.evidence.wholeSince == nil)
        #expect(try abs(diary.evidence.readShare - 0.669) < 0.01)
        try diary.verify(on: 9, .part, part: third)
        #expect(try diary.evidence.wholeSince == Diary.time(1))
        try diary.verify(on: 12, .part, part: third)
        #expect(try diary.evidence.wholeSince == Diary.time(5))
        #expect(try diary.evidence.verified == Diary.time(12))
        try diary.verify(on: 20, .full)
        #expect(try diary.evidence.wholeSince == Diary.time(20))
    }

    @Test func aProofOfAPushCountsForItsPoint() throws {
        let diary = try Diary()
        for generation in UInt64(1)...2 { try diary.prove(generation, on: 2) }
        // The newest point was not among them.
        #expect(try diary.evidence.verified == nil)
        try diary.prove(3, on: 4)
        #expect(try diary.evidence.verified == Diary.time(4))
        try diary.verify(on: 6, .quick)
        #expect(try diary.evidence.verified == Diary.time(6))
    }

    @Test func damageIsOpenUntilTheSameObjectIsReadAndGood() throws {
        let diary = try Diary()
        try diary.flip()
        try diary.verify(on: 1, .full)
        let found = try #require(try diary.evidence.damage.first)
        #expect(try diary.packPath.hasSuffix(found.object))
        #expect(found.found == Diary.time(1))
        #expect(found.points == [1, 2, 3])
        try diary.flip()
        // A quick look proves other things.
        try diary.verify(on: 2, .quick)
        #expect(try diary.evidence.damage.map(\.object) == [found.object])
        try diary.verify(on: 3, .full)
        #expect(try diary.evidence.damage.isEmpty)
        try diary.flip()
        try diary.verify(on: 4, .full)
        try diary.verify(on: 5, .full)
        // Named once, by whom it was found last.
        #expect(try diary.evidence.damage.map(\.found) == [Diary.time(5)])
    }

    @Test func aRehearsalThatFailedHidesNoneThatSucceeded() throws {
        let diary = try Diary()
        try diary.rehearse(.good, on: 3)
        try diary.rehearse(.bad, on: 8)
        let evidence = try diary.evidence
        #expect(evidence.rehearsed?.time == Diary.time(3))
        #expect(evidence.lastRehearsal?.time == Diary.time(8))
        #expect(evidence.lastRehearsal?.isGood == false)
        let status = try diary.status(Objectives(rehearseWithin: 10 * 86_400), day: 14)
        #expect(
            status.findings.prefix(2) == [
                .rehearsalFailed("as tried"), .unproved(point: "3-20261122T020004Z"),
            ])
        #expect(status.findings.last == .rehearsalOverdue(age: 11 * 86_400, promised: 10 * 86_400))
    }

    /// The day on which each promise is broken, and the one before it.
    @Test func promisesAreBrokenByTheSecond() throws {
        let diary = try Diary()
        try diary.verify(on: 1, .full)
        let day = 86_400
        let promises = Objectives(recoveryPoint: 5 * day, fullWithin: 6 * day)
        #expect(try diary.status(promises, day: 5).findings == [])
        let late = try diary.status(promises, day: 6).findings
        #expect(late.count == 1)
        guard case .stale(let age, 432_000)? = late.first else {
            Issue.record("\(late)")
            return
        }
        #expect(age >= 6 * day)
        #expect(
            try diary.status(promises, day: 8).findings.last == .readOverdue(age: 7 * day, promised: 6 * day))
        #expect(try diary.status(Objectives(), day: 4_000).findings == [])
    }

    @Test func aPointOfTomorrowIsNoFreshOne() throws {
        let diary = try Diary()
        try diary.verify(on: 0, .quick)
        let findings = try diary.status(Objectives(recoveryPoint: 60), day: -2).findings
        #expect(findings.count == 1)
        guard case .fromTheFuture(let seconds)? = findings.first else {
            Issue.record("\(findings)")
            return
        }
        #expect(seconds > 86_400)
    }

    @Test func theLaterOfPinAndUnpinCounts() throws {
        let diary = try Diary()
        let point = try diary.on(0) { _, _, repository in try repository.point(2).reference }
        func mark(_ kind: NoteID.Kind, _ day: Int, _ point: Point.Reference?) throws {
            try diary.on(day) { notebook, _, _ in try notebook.add(kind, point, comment: "day \(day)") }
        }
        try mark(.pinned, 1, point)
        #expect(try diary.evidence.marks.pinned[point]?.note.comment == "day 1")
        try mark(.unpinned, 2, point)
        #expect(try diary.evidence.marks.pinned.isEmpty)
        try mark(.pinned, 3, point)
        try mark(.suspended, 4, nil)
        let marks = try diary.evidence.marks
        #expect(marks.pinned.keys.map(\.generation) == [2])
        #expect(marks.suspension?.note.comment == "day 4")
        try mark(.resumed, 4, nil)
        #expect(try diary.evidence.marks.suspension == nil)
    }
}

extension Diary {
    fileprivate func prove(_ generation: UInt64, on day: Int) throws {
        try on(day) { notebook, store, repository in
            let request = CheckRequest(job: Self.job, generation: generation, level: .quick, seed: 1)
            let result = PointVerification.Result(check: try store.check(request) { _ in })
            try notebook.proved(result, of: try repository.point(generation).reference)
            // An answer that was lost is asked for again.
            try notebook.proved(result, of: try repository.point(generation).reference)
        }
    }

    fileprivate func rehearse(_ outcome: Note.Outcome, on day: Int) throws {
        try on(day) { notebook, _, repository in
            try notebook.add(.rehearsed, try repository.point(3).reference, outcome, comment: "as tried")
        }
    }
}
