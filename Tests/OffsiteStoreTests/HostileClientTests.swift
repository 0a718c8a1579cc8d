import OffsiteStore
import Platform
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// A client that has an append-only key and means harm (docs/threat-model.md).
@Suite struct HostileClientTests {
    /// An honest job of three points, and a hostile session with its store.
    private struct Siege {
        let folder: TemporaryFolder
        let honest: StoreFixture
        let repository: Repository
        let enemy: AgentStore
        /// The job as the enemy has opened it.
        let enemyRepository: Repository

        init(_ rights: DeletionPermissions = .appendOnly) throws {
            folder = try TemporaryFolder()
            honest = try StoreFixture(on: try folder.directoryStore(), seed: 1)
            for _ in 0..<3 { try honest.addPoint() }
            repository = try Repository(honest.store, job: mdb01)
            enemy = try AgentStore(
                over: try PipeTransport(serving: folder.storePath, seed: 9, rights: rights), label: "enemy",
                dialect: Dialect(toolVersion: "1.0-near"), runID: "attack")
            enemyRepository = try Repository(enemy, job: mdb01)
        }

        /// The packs that are there, with their frames.
        func packs() throws -> [PackIndex.Pack] {
            try honest.store.list(.pack, job: mdb01).map { object in
                let footer = try PackTail.footer(
                    length: object.length, job: repository.job.id, format: { StoreError("read", "pack", $0) },
                    read: { (offset, count) throws(StoreError) in
                        try honest.store.read(object.key, at: offset, count: count)
                    })
                return PackIndex.Pack(
                    name: try #require(object.key.digest), length: object.length, frames: footer.entries)
            }
        }

        func index(_ packs: [PackIndex.Pack]) -> [UInt8] {
            PackIndex(packs).encoded(job: repository.job.id, store: repository.storeID)
        }

        /// Sends an index with the push lock, which it wants.
        func putIndex(_ bytes: [UInt8]) throws {
            try enemy.lockForPush(mdb01, holder: "enemy")
            defer { enemy.unlockPush(mdb01) }
            _ = try enemy.put(.index, job: mdb01, bytes)
        }

        /// A pack whose frames have the ids of all others, longer, with garbage in them.
        func shadow(seed: UInt64 = 3) throws -> (bytes: [UInt8], pack: PackIndex.Pack) {
            var generator = SeededGenerator(seed: seed)
            var builder = PackBuilder(job: repository.job.id)
            var bytes: [UInt8] = []
            for pack in try packs() {
                for entry in pack.frames {
                    let frame = try Frame(
                        parsing: try honest.store.read(
                            .pack(mdb01, pack.name), at: entry.offset, count: entry.length))
                    var evil = FrameBuilder(frame.id)
                    for record in frame.records {
                        _ = evil.append(
                            Record(
                                codec: .stored, imageOffset: record.imageOffset, length: record.length,
                                storedBytes: record.length),
                            payload: generator.bytes(record.length))
                    }
                    bytes += builder.add(evil.finish(), id: frame.id, records: frame.records.count)
                }
            }
            let (tail, name, footer) = builder.finish()
            bytes += tail
            return (bytes, PackIndex.Pack(name: name, length: bytes.count, frames: footer.entries))
        }

        /// Every point restores to what was committed, all is proved, and a collection runs.
        func requireUnharmed(_ place: SourceLocation = #_sourceLocation) throws {
            let owner = try folder.directoryStore(seed: 77)
            let full = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
            #expect(try owner.check(full) { _ in }.damage == [], sourceLocation: place)
            owner.close()
            try requireNothingLost(place)
        }

        /// Every point restores to what was committed, and a collection runs.
        func requireNothingLost(_ place: SourceLocation = #_sourceLocation) throws {
            let owner = try folder.directoryStore(seed: 77)
            for (number, image) in honest.images.enumerated() {
                let rebuilt = try StoreFixture.rebuild(UInt64(number + 1), from: owner, job: mdb01)
                // Not the bytes: Swift Testing would look for their difference, for hours.
                #expect(digest(of: rebuilt) == digest(of: image), sourceLocation: place)
            }
            try enemy.close()
            owner.close()
            (honest.store as? LocalStoreService)?.close()
            _ = try folder.directoryStore(seed: 78).collect(CollectRequest(job: mdb01, maker: "owner"))
        }
    }

    private func refusal(_ body: () throws -> Void) -> StoreError? {
        let error = #expect(throws: StoreError.self) { try body() }
        #expect(error?.kind == .refused)
        return error
    }

    // MARK: It takes nothing away

    @Test func aKeyThatMayOnlyAddTakesNothingAway() throws {
        let siege = try Siege()
        let items = try [UInt64(1), 2].map {
            ForgetRequest.Item(
                generation: $0, digest: try siege.repository.point($0).digest, reason: "by an enemy")
        }
        var forgetting = ForgetRequest(job: mdb01, items: items, maker: "enemy")
        (forgetting.mayTakeMany, forgetting.trustsClock) = (true, true)
        #expect(refusal { _ = try siege.enemy.forget(forgetting) } != nil)
        (siege.honest.store as? LocalStoreService)?.close()
        var collection = CollectRequest(job: mdb01, maker: "enemy")
        (collection.graceSeconds, collection.wastePercent) = (0, 0)
        #expect(refusal { _ = try siege.enemy.collect(collection) } != nil)
        collection.recalled = [1]
        #expect(refusal { _ = try siege.enemy.collect(collection) } != nil)
        try siege.requireUnharmed()
    }

    // MARK: A frame has one content

    @Test func anIndexOfFramesWithAnotherContentIsRefused() throws {
        let siege = try Siege()
        let (bytes, pack) = try siege.shadow()
        _ = try siege.enemy.put(.pack, job: mdb01, bytes)
        let error = refusal { try siege.putIndex(siege.index([pack])) }
        #expect(error?.detail.contains("another content") == true)
        #expect(try siege.folder.temporaryNames() == [])
        // The pack alone is of no pack that an index names, and takes no place.
        try siege.requireUnharmed()
    }

    @Test func twoPacksOfOneIndexCannotContradictEachOther() throws {
        let siege = try Siege()
        let (one, first) = try siege.shadow(seed: 4)
        let (other, second) = try siege.shadow(seed: 5)
        _ = try siege.enemy.put(.pack, job: mdb01, one)
        _ = try siege.enemy.put(.pack, job: mdb01, other)
        #expect(refusal { try siege.putIndex(siege.index([first, second])) } != nil)
        try siege.requireUnharmed()
    }

    @Test func theSameFramesUnderAnotherNameAreTaken() throws {
        let siege = try Siege()
        var builder = PackBuilder(job: siege.repository.job.id)
        var bytes: [UInt8] = []
        for pack in try siege.packs() {
            for entry in pack.frames {
                let frame = try siege.honest.store.read(
                    .pack(mdb01, pack.name), at: entry.offset, count: entry.length)
                bytes += builder.add(frame, id: entry.frame, records: entry.records)
            }
        }
        let (tail, name, footer) = builder.finish()
        bytes += tail
        _ = try siege.enemy.put(.pack, job: mdb01, bytes)
        let pack = PackIndex.Pack(name: name, length: bytes.count, frames: footer.entries)
        try siege.putIndex(siege.index([pack]))
        try siege.requireUnharmed()
    }

    @Test func anIndexThatLiesAboutRealPacksIsRefused() throws {
        let siege = try Siege()
        let packs = try siege.packs()
        func changed(_ change: (PackIndex.Pack) -> PackIndex.Pack) -> [UInt8] {
            siege.index(packs.map(change))
        }
        let lies = [
            changed { pack in
                .init(
                    name: pack.name, length: pack.length,
                    frames: pack.frames.map {
                        .init(frame: $0.frame, offset: 48, length: $0.length, records: $0.records)
                    })
            },
            changed { .init(name: $0.name, length: $0.length + 1, frames: $0.frames) },
            changed { .init(name: digest(of: $0.name.bytes), length: $0.length, frames: $0.frames) },
            changed { .init(name: $0.name, length: $0.length, frames: []) },
        ]
        for lie in lies { #expect(refusal { try siege.putIndex(lie) } != nil) }
        try siege.requireUnharmed()
    }

    @Test func whatIsNoIndexIsRefusedOnArrival() throws {
        let siege = try Siege()
        var damaged = siege.index(try siege.packs())
        damaged[70] ^= 1
        for bytes in [[], [UInt8](repeating: 7, count: 5_000), damaged] {
            let error = #expect(throws: StoreError.self) { try siege.putIndex(bytes) }
            #expect(error?.kind == .corrupt)
        }
        try siege.requireUnharmed()
    }

    @Test func copiesThatDifferAreDamageAndStopCollection() throws {
        let siege = try Siege()
        let (bytes, pack) = try siege.shadow()
        // Whoever has the disk asks no agent.
        let store = siege.honest.store
        _ = try store.put(.pack, job: mdb01, bytes)
        _ = try store.put(.index, job: mdb01, siege.index([pack]))
        let full = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
        let report = try store.check(full) { _ in }
        #expect(report.damage.contains { $0.reason.contains("another content than") })
        try siege.enemy.close()
        (store as? LocalStoreService)?.close()
        let error = #expect(throws: StoreError.self) {
            try siege.folder.directoryStore(seed: 5).collect(CollectRequest(job: mdb01, maker: "owner"))
        }
        #expect(error?.kind == .corrupt)
        #expect(error?.detail.contains("has two contents") == true)
    }

    @Test func indexesThatNameNothingAreCollected() throws {
        let siege = try Siege()
        let store = siege.honest.store
        _ = try store.put(.index, job: mdb01, [UInt8](repeating: 7, count: 5_000))
        let gone = try siege.packs().map { pack in
            PackIndex.Pack(name: digest(of: pack.name.bytes), length: pack.length, frames: pack.frames)
        }
        _ = try store.put(.index, job: mdb01, siege.index(gone))
        #expect(try store.list(.index, job: mdb01).count == 5)
        try siege.requireUnharmed()
        #expect(try store.list(.index, job: mdb01).count == 3)
    }

    // Goal of this test: a young pack that nothing names failed each verification for a week when it was damaged.
    @Test func aDamagedPackThatNothingNamesIsCollectedAtOnce() throws {
        let siege = try Siege()
        let store = siege.honest.store
        func put(_ seed: UInt64) throws -> ObjectKey {
            let (bytes, _) = try siege.shadow(seed: seed)
            return .pack(mdb01, try store.put(.pack, job: mdb01, bytes))
        }
        let (whole, damaged, short) = (try put(5), try put(6), try put(7))
        let path = { (key: ObjectKey) in "\(siege.folder.storePath)/\(key.path)" }
        let file = try HostFileSystem().open(path(damaged), .update)
        try file.write([~(try file.bytes(at: 300, count: 1)[0])].span, at: 300)
        try HostFileSystem().open(path(short), .update).truncate(to: 4000)
        let full = CheckRequest(job: mdb01, generation: nil, level: .full, seed: 1)
        #expect(
            try store.check(full) { _ in }.damage.map(\.object).sorted()
                == [damaged.path, short.path].sorted())
        try siege.requireNothingLost()
        // What a push that was cut has left whole may be of use to the next one.
        #expect(try [whole, damaged, short].map { try store.length(of: $0) != nil } == [true, false, false])
        #expect(try siege.folder.directoryStore(seed: 79).check(full) { _ in }.damage == [])
    }

    // MARK: Order

    // Goal of this test: an index that comes before that of an honest push made this one lose.
    @Test func anIndexWithoutThePushLockIsRefused() throws {
        let siege = try Siege()
        let honest = try siege.honest.next()
        let bytes = siege.index(try siege.packs())
        let error = refusal { _ = try siege.enemy.put(.index, job: mdb01, bytes) }
        #expect(error?.detail == "this session does not hold the push lock of job mdb01")
        #expect(try siege.folder.temporaryNames() == [])
        try siege.honest.upload(honest)
        try siege.honest.commit(honest)
        try siege.requireUnharmed()
    }

    @Test func aCommitWithoutThePushLockIsRefused() throws {
        let siege = try Siege()
        let shipment = try siege.honest.next()
        try siege.honest.upload(shipment)
        let bytes = shipment.point.encoded(job: siege.repository.job.id, store: siege.repository.storeID)
        let error = refusal { _ = try siege.enemy.commit(bytes, generation: 4, job: mdb01) }
        #expect(error?.detail == "this session does not hold the push lock of job mdb01")
        try siege.requireUnharmed()
    }

    // MARK: Notes

    @Test func theOwnersMarksAreTheOwners() throws {
        let siege = try Siege()
        let point = try siege.repository.point(1).reference
        for kind in [NoteID.Kind.released, .unpinned, .suspended, .resumed] {
            let note = Note(NoteID(kind, 1), point: point, made: FixedClock().now, maker: "enemy")
            let error = refusal { try siege.enemyRepository.publish(note) }
            #expect(error?.detail == "this key may not release, unpin, suspend or resume")
        }
        // A pin only keeps.
        try siege.enemyRepository.publish(
            Note(NoteID(.pinned, 1), point: point, made: FixedClock().now, maker: "enemy"))
        let owner = try Siege(DeletionPermissions(mayForget: false, mayMark: true))
        for kind in [NoteID.Kind.released, .unpinned, .suspended, .resumed] {
            try owner.enemyRepository.publish(
                Note(NoteID(kind, 1), made: FixedClock().now, maker: "owner"))
        }
    }

    @Test func numbersOfNotesCannotBeUsedUp() throws {
        let siege = try Siege()
        func add(_ kind: NoteID.Kind, _ number: UInt64) throws {
            try siege.enemyRepository.publish(
                Note(NoteID(kind, number), made: FixedClock().now, maker: "enemy"))
        }
        for kind in [NoteID.Kind.verified, .rehearsed, .pinned] {
            for number in [NoteID.maximumNumber, 7, 2] {
                #expect(refusal { try add(kind, number) }?.detail.contains("the next one is 1") == true)
            }
            try add(kind, 1)
            try add(kind, 2)
        }
        #expect(refusal { try add(.proved, 4) }?.detail == "there is no point 4")
        #expect(refusal { try add(.proved, NoteID.maximumNumber) } != nil)
        try add(.proved, 3)
        try siege.requireUnharmed()
    }

    // MARK: Limits

    @Test func aStoreTakesNoMoreJobsThanItsLimit() throws {
        let siege = try Siege()
        let files = HostFileSystem()
        for number in 1..<1_000 { try files.makeFolder("\(siege.folder.storePath)/jobs/job\(number)") }
        let name = Name.valid("one-more")
        let job = JobObject(
            id: Identifier(high: 1, low: 2), name: name, secret: siege.repository.job.secret,
            created: FixedClock().now)
        let error = refusal {
            _ = try siege.enemy.publishJob(name, job.encoded(store: siege.repository.storeID))
        }
        #expect(error?.detail == "there are 1000 jobs already, which is the limit")
    }

    @Test func aSessionHoldsTheLocksOfFewJobs() throws {
        let siege = try Siege()
        let files = HostFileSystem()
        let names = (10..<50).compactMap { Name("job\($0)") }
        for name in names {
            for part in ["", "/packs", "/points"] {
                try files.makeFolder("\(siege.folder.storePath)/jobs/\(name)\(part)")
            }
            _ = try siege.enemy.list(.point, job: name)
        }
        let held = try names.filter {
            try files.lock("\(siege.folder.storePath)/jobs/\($0)/lock", .exclusive) == nil
        }
        #expect(held == Array(names.suffix(24)))
    }
}
