import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// A store that takes no more than it may, near and behind an agent.
@Suite struct QuotaTests {
    /// A store with a job and one point, and what its objects take.
    private func fixture(_ kind: StoreKind, _ folder: TemporaryFolder) throws -> (StoreFixture, used: Int) {
        let store = try kind.open(folder)
        let fixture = try StoreFixture(on: store, seed: 4)
        try fixture.addPoint()
        let used = try ObjectKind.clients.reduce(0) { sum, kind in
            try store.list(kind, job: fixture.job.name).reduce(sum) { $0 + $1.length }
        }
        return (fixture, used)
    }

    // Goal of this test: a push that does not fit ends before its point, and takes nothing away.
    @Test(arguments: StoreKind.allCases) func whatIsMoreIsRefused(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let (fixture, used) = try fixture(kind, folder)
        let job = fixture.job.name
        let store = QuotaStore(try kind.open(folder, seed: 2), limit: used + 10_000)
        try store.lockForPush(job, holder: "test")
        #expect(try store.space().availableBytes == 10_000)
        #expect(try store.space().totalBytes == used + 10_000)
        let upload = try store.beginUpload(.pack, job: job)
        try upload.append([UInt8](repeating: 1, count: 6_000))
        let error = #expect(throws: StoreError.self) {
            try upload.append([UInt8](repeating: 1, count: 4_001))
        }
        #expect(error?.kind == .refused)
        #expect(
            error?.detail
                == "4001 bytes more are needed, of its quota of \(used + 10_000) bytes 4000 are left")
        // What is thrown away makes room again.
        upload.abandon()
        _ = try store.put(.map, job: job, [UInt8](repeating: 2, count: 9_000))
        #expect(try store.space().availableBytes == 1_000)
        #expect(try Repository(store, job: job).generations() == [1])
        try store.close()
    }

    // Goal of this test: sessions that have each counted before the others sent are counted together before an object gets its name.
    @Test(arguments: [StoreKind.folder, .memory]) func sessionsShareOneCount(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let (fixture, used) = try fixture(kind, folder)
        let job = fixture.job.name
        let stores = try (2...3).map { seed in
            QuotaStore(try kind.open(folder, seed: UInt64(seed)), limit: used + 100_000)
        }
        for store in stores { #expect(try store.space().availableBytes == 100_000) }
        let bytes = (1...2).map { [UInt8](repeating: UInt8($0), count: 60_000) }
        let uploads = try stores.map { try $0.beginUpload(.pack, job: job) }
        for (upload, bytes) in zip(uploads, bytes) { try upload.append(bytes) }
        let error = #expect(throws: StoreError.self) { try uploads[0].finish(digest(of: bytes[0])) }
        #expect(error?.kind == .refused)
        #expect(error?.detail == "it would have \(used + 120_000) bytes of its quota of \(used + 100_000)")
        uploads[0].abandon()
        try uploads[1].finish(digest(of: bytes[1]))
        #expect(try fixture.store.list(.pack, job: job).map(\.key).contains(.pack(job, digest(of: bytes[1]))))
    }

    // Goal of this test: lanes that each count for themselves cannot together get a point past the quota.
    @Test func aPointThatNoLongerFitsIsNotCommitted() throws {
        let folder = try TemporaryFolder()
        let (fixture, used) = try fixture(.folder, folder)
        let job = fixture.job.name
        let shipment = try fixture.next()
        try fixture.upload(shipment)
        let store = QuotaStore(try folder.directoryStore(seed: 3), limit: used + 100)
        let bytes = shipment.point.encoded(job: fixture.job.id, store: fixture.storeID)
        let error = #expect(throws: StoreError.self) { try store.commit(bytes, generation: 2, job: job) }
        #expect(error?.kind == .refused)
        #expect(try Repository(store, job: job).generations() == [1])
        // A store that is full already does not begin a push, and lets go of its lock.
        let full = #expect(throws: StoreError.self) { try store.lockForPush(job, holder: "test") }
        #expect(full?.kind == .refused)
        try folder.directoryStore(seed: 4).lockForPush(job, holder: "other")
        // With room it is as good as before.
        let roomy = QuotaStore(try folder.directoryStore(seed: 5), limit: 1 << 30)
        _ = try roomy.commit(bytes, generation: 2, job: job)
        #expect(try Repository(store, job: job).generations() == [1, 2])
    }

    // Goal of this test: sessions that run at the same time share one count.
    @Test func sessionsTogetherDoNotExceedTheQuota() throws {
        let folder = try TemporaryFolder()
        let (fixture, used) = try fixture(.folder, folder)
        let job = fixture.job.name
        let limit = used + 100_000
        let stores = try (UInt64(10)..<20).map { seed in
            QuotaStore(try folder.directoryStore(seed: seed), limit: limit)
        }
        let uploads = try stores.map { try $0.beginUpload(.pack, job: job) }
        var refused = 0
        for round in 0..<4 {
            for (number, upload) in uploads.enumerated() {
                let piece = [UInt8](repeating: UInt8(number), count: 20_000 + round)
                do throws(StoreError) { try upload.append(piece) } catch {
                    #expect(error.kind == .refused)
                    refused += 1
                    upload.abandon()
                }
            }
        }
        for (number, upload) in uploads.enumerated() {
            let bytes = (0..<4).flatMap { [UInt8](repeating: UInt8(number), count: 20_000 + $0) }
            do throws(StoreError) { try upload.finish(digest(of: bytes)) } catch {
                refused += 1
                upload.abandon()
            }
        }
        #expect(refused >= 9)
        let packs = try fixture.store.list(.pack, job: job).reduce(0) { $0 + $1.length }
        #expect(packs <= limit)
        #expect(try folder.temporaryNames() == [])
    }

    @Test func theTrashAndNotesCount() throws {
        let folder = try TemporaryFolder()
        let (fixture, used) = try fixture(.folder, folder)
        let store = QuotaStore(try folder.directoryStore(seed: 3), limit: used + 10_000)
        let file = try HostFileSystem().open(folder.storePath + "/jobs/mdb01/trash/old", .create)
        try file.write([UInt8](repeating: 1, count: 4_000).span, at: 0)
        #expect(try store.space().availableBytes == 6_000)
        var note = Note(NoteID(.verified, 1), made: FixedClock().now, maker: "test")
        note.facts = [UInt8](repeating: 0x20, count: 500_000)
        let repository = try Repository(store, job: fixture.job.name)
        try repository.publish(note)
        note = Note(NoteID(.verified, 2), made: FixedClock().now, maker: "test")
        note.facts = [UInt8](repeating: 0x20, count: 500_000)
        try repository.publish(note)
        let third = Note(NoteID(.verified, 3), made: FixedClock().now, maker: "test")
        var large = third
        large.facts = [UInt8](repeating: 0x20, count: 500_000)
        let error = #expect(throws: StoreError.self) { try repository.publish(large) }
        #expect(error?.kind == .refused)
    }

    @Test func notesAreTakenByAFullStore() throws {
        let folder = try TemporaryFolder()
        let (fixture, _) = try fixture(.folder, folder)
        let store = QuotaStore(try folder.directoryStore(seed: 3), limit: 1)
        let note = Note(NoteID(.pinned, 1), made: FixedClock().now, maker: "test")
        try Repository(store, job: fixture.job.name).publish(note)
        #expect(try store.list(.note, job: fixture.job.name).count == 1)
        #expect(try store.space().availableBytes == 0)
    }
}
