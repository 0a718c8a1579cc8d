import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct UploadConformanceTests {
    @Test(arguments: StoreKind.allCases, [0, 1, 65_535, 65_536, 3 << 20])
    func anUploadedObjectIsThereUnderItsDigest(kind: StoreKind, count: Int) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        var generator = SeededGenerator(seed: UInt64(count))
        let bytes = generator.bytes(count)
        let name = try fixture.store.put(.pack, job: mdb01, bytes)
        #expect(name == SHA256Hasher.hash(bytes.span))
        #expect(try folder.contents(.pack(mdb01, name)) == bytes)
        #expect(try folder.temporaryNames() == [])
    }

    @Test(arguments: StoreKind.allCases)
    func piecesOfAnySizeMakeTheSameObject(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        var generator = SeededGenerator(seed: 2)
        let bytes = generator.bytes(400_000)
        let upload = try fixture.store.beginUpload(.map, job: mdb01)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0..<90_000, using: &generator))
            try upload.append(Array(bytes[start..<end]))
            start = end
        }
        let name = SHA256Hasher.hash(bytes.span)
        try upload.finish(name)
        #expect(try folder.contents(.map(mdb01, name)) == bytes)
    }

    @Test(arguments: StoreKind.allCases)
    func bytesWithAnotherDigestGetNoName(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let upload = try fixture.store.beginUpload(.pack, job: mdb01)
        try upload.append([1, 2, 3])
        let name = digest(of: [1, 2, 4])
        let found = digest(of: [1, 2, 3])
        let error = #expect(throws: StoreError.self) { try upload.finish(name) }
        #expect(
            error
                == StoreError(
                    .corrupt, "put", ObjectKey.pack(mdb01, name).path, "arrived with digest \(found)"))
        #expect(try fixture.store.list(.pack, job: mdb01) == [])
        #expect(try folder.temporaryNames() == [])
    }

    @Test(arguments: StoreKind.allCases)
    func anAbandonedUploadLeavesNothing(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let upload = try fixture.store.beginUpload(.pack, job: mdb01)
        try upload.append([UInt8](repeating: 1, count: 200_000))
        upload.abandon()
        #expect(try fixture.store.list(.pack, job: mdb01) == [])
        #expect(try folder.temporaryNames() == [])
        _ = try fixture.store.put(.pack, job: mdb01, [1])
    }

    @Test(arguments: StoreKind.allCases)
    func anObjectThatIsThereAlreadyWillDo(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let bytes = [UInt8](repeating: 7, count: 1_000)
        let name = try fixture.store.put(.pack, job: mdb01, bytes)
        #expect(try fixture.store.put(.pack, job: mdb01, bytes) == name)
        #expect(try folder.contents(.pack(mdb01, name)) == bytes)
        #expect(try folder.temporaryNames() == [])
    }

    @Test func memoryPutsADamagedObjectAsideToo() throws {
        let folder = try TemporaryFolder()
        let store = try StoreFixture(on: try StoreKind.memory.open(folder), seed: 1).store
        let bytes = [UInt8](repeating: 7, count: 1_000)
        let name = try store.put(.pack, job: mdb01, bytes)
        try folder.damage(.pack(mdb01, name)) { $0[500] ^= 1 }
        let damaged = try folder.contents(.pack(mdb01, name))
        #expect(try store.put(.pack, job: mdb01, bytes) == name)
        #expect(try folder.contents(.pack(mdb01, name)) == bytes)
        #expect(try folder.memory().damaged(in: mdb01) == [damaged])
    }

    @Test(arguments: StoreKind.onDisk)
    func anObjectThatIsThereWithOtherBytesIsPutAside(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let bytes = [UInt8](repeating: 7, count: 1_000)
        let name = try fixture.store.put(.pack, job: mdb01, bytes)
        for change in [{ $0[500] ^= 1 }, { $0 = [] }] as [(inout [UInt8]) -> Void] {
            try folder.damage(.pack(mdb01, name), change)
            let damaged = try folder.contents(.pack(mdb01, name))
            #expect(try fixture.store.put(.pack, job: mdb01, bytes) == name)
            #expect(try folder.contents(.pack(mdb01, name)) == bytes)
            #expect(try folder.temporaryNames() == [])
            let trash = folder.storePath + "/jobs/mdb01/trash"
            let aside = try HostFileSystem().list(trash)
            #expect(aside.count == 1)
            #expect(try HostFileSystem().contents(trash + "/" + aside[0], limit: 2_000) == damaged)
            try HostFileSystem().remove(trash + "/" + aside[0])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func anUploadIntoAJobThatIsNotThereFails(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let error = #expect(throws: StoreError.self) {
            try fixture.store.put(.pack, job: .valid("other"), [UInt8](repeating: 1, count: 300_000))
        }
        #expect(error?.kind == .notFound)
        #expect(try fixture.store.jobs() == [mdb01])
        _ = try fixture.store.put(.pack, job: mdb01, [1])
    }

    @Test(arguments: StoreKind.allCases)
    func aPointIsNotUploadedButCommitted(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let fixture = try StoreFixture(on: try kind.open(folder), seed: 1)
        let error = #expect(throws: StoreError.self) { try fixture.store.put(.point, job: mdb01, [1]) }
        #expect(error?.kind == .failed)
        #expect(try folder.temporaryNames() == [])
    }
}
