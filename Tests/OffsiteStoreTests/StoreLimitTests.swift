import Image
import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import Synchronization
import TestSupport
import Testing

/// How much a key that may only add can make an agent keep, and hold open.
@Suite struct StoreLimitTests {
    private func session(_ folder: TemporaryFolder, files: any FileSystem = HostFileSystem()) throws
        -> AgentStore
    {
        try AgentStore(
            over: try PipeTransport(serving: folder.storePath, files: files, seed: 9, rights: .appendOnly),
            label: "enemy", dialect: Dialect(toolVersion: "1.0-near"), runID: "attack")
    }

    private func refusal(_ body: () throws -> Void) -> String? {
        let error = #expect(throws: StoreError.self) { try body() }
        #expect(error?.kind == .refused)
        return error?.detail
    }

    @Test func anObjectHasNoMoreBytesThanItsKind() throws {
        let folder = try TemporaryFolder()
        _ = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        let upload = try folder.directoryStore(seed: 2).beginUpload(.note, job: mdb01)
        try upload.append([UInt8](repeating: 1, count: Note.maximumBytes))
        #expect(
            refusal { try upload.append([1]) }?.contains(
                "it has more than the \(Note.maximumBytes) bytes of a ") == true)
        upload.abandon()
    }

    @Test func aJobHasNoMorePacksThanItsLimit() throws {
        let folder = try TemporaryFolder()
        let honest = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        try honest.addPoint()
        let known = 98_304 - honest.packs[0].count
        // Whoever has the folder may put any index there.
        let many = PackIndex(
            (1...known).map { number in
                .init(name: digest(of: Array("\(number)".utf8)), length: 100, frames: [])
            })
        _ = try honest.store.put(.index, job: mdb01, many.encoded(job: honest.job.id, store: honest.storeID))
        let enemy = try session(folder)
        try enemy.lockForPush(mdb01, holder: "enemy")
        var builder = PackBuilder(job: honest.job.id)
        var frame = FrameBuilder(FrameID(push: 77, counter: 0))
        _ = frame.append(Record(codec: .stored, imageOffset: 0, length: 1, storedBytes: 1), payload: [1])
        var bytes = builder.add(frame.finish(), id: FrameID(push: 77, counter: 0), records: 1)
        let (tail, name, footer) = builder.finish()
        bytes += tail
        _ = try enemy.put(.pack, job: mdb01, bytes)
        let index = PackIndex([.init(name: name, length: bytes.count, frames: footer.entries)])
        let refused = refusal {
            _ = try enemy.put(.index, job: mdb01, index.encoded(job: honest.job.id, store: honest.storeID))
        }
        #expect(refused == "the job would have more than 98304 packs or 2359296 frames, which is the limit")
    }

    /// Lists notes that are not there: 131,071 files would take seconds.
    private struct FilesOfManyNotes: FileSystemDecorator {
        let base: any FileSystem = HostFileSystem()

        func list(_ folder: String) throws(SystemError) -> [String] {
            let found = try base.list(folder)
            guard folder.hasSuffix("/notes") else { return found }
            return found
                + (UInt64(1)..<131_072).map {
                    PathText.name(of: ObjectKey.note(mdb01, NoteID(.verified, $0)).path)
                }
        }
    }

    @Test func aJobHasNoMoreNotesThanItsLimit() throws {
        let folder = try TemporaryFolder()
        let honest = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        try honest.addPoint()
        let enemy = try Repository(try session(folder, files: FilesOfManyNotes()), job: mdb01)
        func add(_ kind: NoteID.Kind) throws {
            try enemy.publish(Note(NoteID(kind, 1), made: FixedClock().now, maker: "enemy"))
        }
        try add(.pinned)
        let refused = refusal { try add(.rehearsed) }
        #expect(refused == "there are 131072 notes of job mdb01 already, which is the limit")
        #expect(try honest.store.list(.note, job: mdb01).count == 1)
    }

    @Test func onlyWhoMayForgetNamesOwners() throws {
        let folder = try TemporaryFolder()
        let honest = try StoreFixture(on: try folder.directoryStore(), seed: 1)
        try honest.addPoint()
        let enemy = try Repository(try session(folder), job: mdb01)
        let note = Note(NoteID(.adopted, 1), made: FixedClock().now, maker: "enemy", comment: "enemy")
        #expect(
            refusal { try enemy.publish(note) }
                == "this key may add to the store and take nothing away")
    }

    /// Counts the descriptors that its user has open: files, and locks.
    private final class CountingFiles: FileSystemDecorator {
        let base: any FileSystem = HostFileSystem()
        let counter = Counter()

        final class Counter: Sendable {
            private let state = Mutex((now: 0, most: 0))
            var most: Int { state.withLock { $0.most } }
            var now: Int { state.withLock { $0.now } }
            func add() {
                state.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
            }
            func remove() { state.withLock { $0.now -= 1 } }
        }

        private final class File: OpenFileDecorator {
            let base: any OpenFile
            private let counter: Counter
            init(_ base: any OpenFile, _ counter: Counter) {
                self.base = base
                self.counter = counter
                counter.add()
            }
            deinit { counter.remove() }
        }

        private final class Lock: HeldLock {
            private let base: any HeldLock
            private let counter: Counter
            init(_ base: any HeldLock, _ counter: Counter) {
                self.base = base
                self.counter = counter
                counter.add()
            }
            deinit { counter.remove() }
            func describe(_ text: String) throws(SystemError) { try base.describe(text) }
        }

        func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
            File(try base.open(path, mode), counter)
        }

        func lock(_ path: String, _ kind: LockKind) throws(SystemError) -> (any HeldLock)? {
            try base.lock(path, kind).map { Lock($0, counter) }
        }
    }

    @Test("a session never has more than 64 descriptors open, whatever its client does")
    func descriptors() throws {
        let folder = try TemporaryFolder()
        let names = (10..<70).compactMap { Name("job\($0)") }
        var jobs: [StoreFixture] = []
        let owner = try folder.directoryStore()
        for (number, name) in names.enumerated() {
            // All in one store: its id is that of the first.
            jobs.append(try StoreFixture(on: owner, seed: 1, job: name))
            if number == 0 { for _ in 0..<3 { try jobs[0].addPoint() } }
        }
        owner.close()
        let files = CountingFiles()
        let enemy = try session(folder, files: files)
        // What all of them may hold, then everything else beside it.
        var held = 0
        for name in names {
            do throws(StoreError) {
                try enemy.lockForPush(name, holder: "enemy")
                held += 1
            } catch {
                #expect(error.detail == "there are 16 push locks of this session already, which is the limit")
            }
        }
        #expect(held == 16)
        for name in names {
            _ = try enemy.list(.pack, job: name)
            // Uploads that are begun and never ended.
            try enemy.beginUpload(.pack, job: name).append([1, 2, 3])
        }
        let job = names[0]
        let shipment = try jobs[0].next()
        for pack in shipment.packs { _ = try enemy.put(.pack, job: job, pack.bytes) }
        var point = shipment.point
        point.segments = []
        for number in 0..<8 {
            let zero = MapEntry(offset: 0, length: point.layout.length + number, source: .zero)
            let map = try MapSegment.made([zero], [], job: jobs[0].job.id).bytes
            point.segments.append(.init(name: try enemy.put(.map, job: job, map), length: map.count))
        }
        _ = try enemy.commit(
            point.encoded(job: jobs[0].job.id, store: jobs[0].storeID), generation: 4, job: job)
        _ = try enemy.check(CheckRequest(job: job, generation: nil, level: .full, seed: 1)) { _ in }
        let reads = enemy.reads()
        for object in try enemy.list(.pack, job: job) {
            for _ in 0..<100 { try reads.ask(.bytes(object.key, offset: 0, count: 10)) }
        }
        // Next to these: the three streams of the process, and a folder while it is listed.
        #expect(files.counter.most == 48)
        try enemy.close()
        #expect(files.counter.now == 0)
    }
}
