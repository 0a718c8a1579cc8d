import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct LockConformanceTests {
    /// Sessions that can meet in one place.
    private static let pairs =
        StoreKind.onDisk.flatMap { one in StoreKind.onDisk.map { (one, $0) } } + [(.memory, .memory)]

    @Test(arguments: pairs)
    func twoPushesOfAJobExcludeEachOther(kind: StoreKind, other: StoreKind) throws {
        let folder = try TemporaryFolder()
        let first = try StoreFixture(on: try kind.open(folder), seed: 1).store
        let second = try other.open(folder, seed: 2)
        try first.lockForPush(mdb01, holder: "pid 7 on host, run r1")
        let error = #expect(throws: StoreError.self) { try second.lockForPush(mdb01, holder: "r2") }
        #expect(
            error
                == StoreError(
                    .locked, "lock", "job mdb01", "held by pid 7 on host, run r1",
                    hint: "wait for it, or give --lock-wait"))
        first.unlockPush(mdb01)
        try second.lockForPush(mdb01, holder: "r2")
        let again = #expect(throws: StoreError.self) { try first.lockForPush(mdb01, holder: "r1") }
        #expect(again?.detail == "held by r2")
        try second.close()
        try first.lockForPush(mdb01, holder: "r1")
        try first.close()
    }

    @Test(
        "who takes the lock takes away what dead pushes left, and nothing of its own",
        arguments: StoreKind.onDisk)
    func sweeping(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        try StoreFixture(on: try kind.open(folder), seed: 1).store.close()
        let left = folder.storePath + "/jobs/mdb01/tmp/0123456789abcdef-7"
        _ = try HostFileSystem().open(left, .create)
        let store = try kind.open(folder, seed: 2)
        let upload = try store.beginUpload(.pack, job: mdb01)
        try upload.append([1, 2, 3])
        // The answer tells that the bytes before it have arrived.
        _ = try store.space()
        #expect(try folder.temporaryNames().count == 2)
        try store.lockForPush(mdb01, holder: "r2")
        let names = try folder.temporaryNames()
        #expect(names.count == 1)
        #expect(names != ["0123456789abcdef-7"])
        upload.abandon()
        try store.close()
        #expect(try folder.temporaryNames() == [])
    }

    @Test(arguments: StoreKind.allCases)
    func jobsDoNotExcludeEachOther(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let first = try StoreFixture(on: try kind.open(folder), seed: 1).store
        let second = try StoreFixture(on: first, seed: 1, job: .valid("other")).store
        try first.lockForPush(mdb01, holder: "a")
        try second.lockForPush(.valid("other"), holder: "b")
    }

    @Test(arguments: StoreKind.allCases)
    func whatTheHolderCallsItselfCannotReachATerminal(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let first = try StoreFixture(on: try kind.open(folder), seed: 1).store
        try first.lockForPush(mdb01, holder: "a\u{1b}[2J\nb")
        let error = #expect(throws: StoreError.self) {
            try kind.open(folder, seed: 2).lockForPush(mdb01, holder: "r2")
        }
        #expect(error?.detail == #"held by a\u{1b}[2J\nb"#)
    }

    @Test(arguments: StoreKind.onDisk)
    func aSessionKeepsCollectionAwayFromTheJobsItUsed(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        try StoreFixture(on: try kind.open(folder), seed: 1).store.close()
        let lock = folder.storePath + "/jobs/mdb01/lock"
        let files = HostFileSystem()
        let reader = try kind.open(folder, seed: 2)
        _ = try reader.jobs()
        #expect(try files.lock(lock, .exclusive) != nil)
        _ = try reader.list(.point, job: mdb01)
        #expect(try files.lock(lock, .exclusive) == nil)
        #expect(try files.lock(lock, .shared) != nil)
        try reader.close()
        #expect(try files.lock(lock, .exclusive) != nil)
    }

    @Test(arguments: StoreKind.onDisk)
    func collectionAtWorkIsAnErrorAndNotAWait(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        try StoreFixture(on: try kind.open(folder), seed: 1).store.close()
        let held = try #require(
            try HostFileSystem().lock(folder.storePath + "/jobs/mdb01/lock", .exclusive))
        let store = try kind.open(folder, seed: 2)
        let error = #expect(throws: StoreError.self) { try store.list(.point, job: mdb01) }
        #expect(error?.kind == .locked)
        #expect(error?.detail == "collection is at work in it")
        let put = #expect(throws: StoreError.self) { try store.put(.pack, job: mdb01, [1]) }
        #expect(put?.kind == .locked)
        try held.describe("done")
    }
}
