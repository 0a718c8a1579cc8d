import OffsiteStore
import Platform
import StoreFormat
import Synchronization
import TestSupport
import Testing

@Suite struct NoteTests {
    private static let storeID = Identifier(high: 0x11, low: 0x22)
    private static let jobID = Identifier(high: 0x33, low: 0x44)
    private static let facts = Array(#"{"bytes":1}"#.utf8)

    private static func note(_ id: NoteID, _ seed: UInt64 = 1) -> Note {
        var generator = SeededGenerator(seed: seed)
        var note = Note(
            id, point: seed % 2 == 0 ? nil : .init(generation: seed, digest: digest(of: [UInt8(seed)])),
            made: Timestamp(nanoseconds: Int64(seed) * 1_000_000_007), maker: "host-\(seed) run-1",
            comment: seed % 3 == 0 ? "" : "kept for the audit ä")
        note.outcome = [.none, .good, .bad][Int(seed % 3)]
        if seed % 4 == 0 { note.arc = DigestRange(start: generator.next(), length: generator.next() | 1) }
        note.facts = seed % 5 == 0 ? [] : facts
        note.damage = (0..<seed % 3).map {
            .init(
                object: "jobs/mdb01/packs/\($0)", reason: "is missing",
                points: GenerationRanges([$0 + 1, $0 + 2, $0 + seed + 9]))
        }
        return note
    }

    private static func parse(_ bytes: [UInt8]) throws(FormatError) -> Note {
        try Note(parsing: bytes, job: jobID, store: storeID)
    }

    @Test(arguments: UInt64(0)..<20)
    func notesReadAsTheyWereWritten(seed: UInt64) throws {
        let note = Self.note(NoteID(NoteID.Kind.allCases[Int(seed) % 7], seed + 1), seed)
        #expect(try Self.parse(note.encoded(job: Self.jobID, store: Self.storeID)) == note)
    }

    @Test(arguments: UInt64(1)..<4)
    func everyTruncationAndEveryChangedByteIsRefused(seed: UInt64) throws {
        let bytes = Self.note(NoteID(.pinned, 3), seed).encoded(job: Self.jobID, store: Self.storeID)
        Mutation.expectRefused(bytes, seed: seed, Self.parse)
        Mutation.expectNoTrap(bytes, seed: seed) { try Self.parse(Mutation.resigned($0)) }
    }

    /// More ranges than there is room for: what is between the oldest is taken for damaged.
    @Test func theNewestDamagedPointsAreNamedOneByOne() {
        let ranges = GenerationRanges((1...100).map { UInt64($0) * 2 })
        #expect(ranges.contains(3) && ranges.contains(138))
        #expect((139...200).filter { ranges.contains(UInt64($0)) } == (70...100).map { $0 * 2 })
        #expect(GenerationRanges((1...10_000).map { UInt64($0) }).contains(9_999))
        #expect(!GenerationRanges([0, UInt64.max]).contains(0))
        let many = (0..<999).map {
            CheckReport.Damage(object: "\($0)", reason: "r", points: [UInt64($0) + 1])
        }
        let list = Note.Damage.list(many)
        #expect(list.count == 201)
        #expect(list[200].object == "799 more objects")
        #expect(list[200].points.contains(999))
    }

    @Test func anIDIsSixteenDigitsWithTheKindInFront() {
        let id = NoteID(.rehearsed, 0x2a)
        #expect(ObjectKey.note(mdb01, id).path == "jobs/mdb01/notes/020000000000002a.note")
        #expect(ObjectKind.note.key(fileName: "020000000000002a.note", job: mdb01) == .note(mdb01, id))
        for name in ["000000000000002a.note", "0200000000000000.note", "ff0000000000002a.note", "2a.note"] {
            #expect(ObjectKind.note.key(fileName: name, job: mdb01) == nil, "\(name)")
        }
    }

    private struct Shelf {
        let folder: TemporaryFolder
        let fixture: StoreFixture

        init(_ kind: StoreKind) throws {
            folder = try TemporaryFolder()
            fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
            try fixture.addPoint()
        }

        func open() throws -> Repository { try Repository(fixture.store, job: mdb01) }
    }

    @Test(arguments: StoreKind.allCases)
    func notesAreNumberedByKindAndComeNewestFirst(kind: StoreKind) throws {
        let shelf = try Shelf(kind)
        for seed in UInt64(1)...40 { try shelf.open().add(.verified) { Self.note($0, seed) } }
        try shelf.open().add(.pinned) { Self.note($0, 50) }
        let open = try shelf.open().notes()
        let found = try open.all(.verified)
        #expect(found.map(\.note.id.number) == Array((UInt64(1)...40).reversed()))
        #expect(found.first?.note == Self.note(NoteID(.verified, 40), 40))
        #expect(found.allSatisfy { $0.received == FixedClock().now })
        #expect(try open.all(.pinned).map(\.note) == [Self.note(NoteID(.pinned, 1), 50)])
        #expect(try open.all(.released) == [])
        var heard = 0
        try open.newest(.verified) { _ in
            heard += 1
            return heard < 3
        }
        #expect(heard == 3)
        #expect(try shelf.folder.temporaryNames() == [])
    }

    /// A session of an agent reads notes for each request, and a command for each job.
    @Test func aReaderThatHasReadNotesGoesAndItsStoreWithIt() throws {
        let folder = try TemporaryFolder()
        weak var kept: LocalStoreService?
        do {
            let store = try folder.directoryStore()
            kept = store
            try StoreFixture(on: store, seed: 1).addPoint()
            let repository = try Repository(store, job: mdb01)
            _ = try repository.damage()
            _ = try repository.isReleased(try repository.point(1))
            store.close()
        }
        #expect(kept == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func twoThatAddAtTheSameMomentBothDo(kind: StoreKind) throws {
        let shelf = try Shelf(kind)
        let first = try shelf.open()
        let second = try shelf.open()
        #expect(try first.add(.pinned) { Self.note($0, 1) }.note.id.number == 1)
        #expect(try second.add(.pinned) { Self.note($0, 2) }.note.id.number == 2)
        #expect(try shelf.open().notes().all(.pinned).count == 2)
    }

    @Test(arguments: StoreKind.allCases)
    func whatIsNotThisJobsNoteIsNotPublished(kind: StoreKind) throws {
        let shelf = try Shelf(kind)
        let id = NoteID(.pinned, 1)
        let store = shelf.fixture.store
        for bytes in [
            [], Self.note(id).encoded(job: Self.jobID, store: shelf.fixture.storeID),
            Self.note(NoteID(.pinned, 2)).encoded(job: shelf.fixture.job.id, store: shelf.fixture.storeID),
        ] {
            let error = #expect(throws: StoreError.self) {
                try store.publishNote(bytes, id: id, job: mdb01)
            }
            #expect(error?.kind == .corrupt)
        }
        let good = Self.note(id).encoded(job: shelf.fixture.job.id, store: shelf.fixture.storeID)
        _ = try store.publishNote(good, id: id, job: mdb01)
        let error = #expect(throws: StoreError.self) { try store.publishNote(good, id: id, job: mdb01) }
        #expect(error?.kind == .exists)
    }

    /// A file system on which pushes sweep what is being written.
    private final class Swept: FileSystemDecorator {
        let base: any FileSystem = HostFileSystem()
        private let sweeps: Mutex<Int>

        init(sweeps: Int) { self.sweeps = Mutex(sweeps) }

        func linkNoReplace(_ source: String, to target: String) throws(SystemError) -> Bool {
            let isSwept = sweeps.withLock { left in
                defer { left -= 1 }
                return left > 0
            }
            if isSwept { try base.remove(source) }
            return try base.linkNoReplace(source, to: target)
        }

        func remove(_ path: String) throws(SystemError) {
            if path.contains("/tmp/") { try? base.remove(path) }
            try base.remove(path)
        }
    }

    @Test func aNoteThatAPushSweptAwayIsWrittenAgain() throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        try fixture.addPoint()
        for (sweeps, isKept) in [(1, true), (7, true), (8, false)] {
            let store = LocalStoreService(
                directory: folder.storePath, files: Swept(sweeps: sweeps), clock: FixedClock(),
                entropy: SeededEntropy(seed: UInt64(sweeps)))
            let repository = try Repository(store, job: mdb01)
            let before = try repository.notes().all(.pinned).count
            let added = try? repository.add(.pinned) { Self.note($0) }
            #expect((added != nil) == isKept)
            let after = try Repository(store, job: mdb01).notes().all(.pinned).count
            #expect(after == before + (isKept ? 1 : 0))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aDamagedNoteIsPassedOver(kind: StoreKind) throws {
        let shelf = try Shelf(kind)
        for seed in UInt64(1)...3 { try shelf.open().add(.released) { Self.note($0, seed) } }
        try shelf.folder.damage(.note(mdb01, NoteID(.released, 2))) { $0[60] ^= 1 }
        #expect(try shelf.open().notes().all(.released).map(\.note.id.number) == [3, 1])
    }
}
