import StoreAgent
import StoreFormat
import Foundation
import OffsiteStore
import Platform
import TestSupport
import Testing

/// A job goes with all that it has, by a folder and by an agent, and nothing else does.
@Suite struct DropConformanceTests {
    private let other = Name.valid("mdb02")

    /// Two jobs with two points each.
    private func jobs(_ folder: TemporaryFolder) throws -> [StoreFixture] {
        try [mdb01, other].map { name in
            let fixture = try StoreFixture(on: try folder.directoryStore(), seed: 1, job: name)
            for _ in 0..<2 { try fixture.addPoint() }
            try fixture.store.close()
            return fixture
        }
    }

    private func open(
        _ folder: TemporaryFolder, _ kind: StoreKind, _ rights: DeletionPermissions = .owner
    ) throws -> any ObjectStore {
        guard kind == .agent else {
            let store = try folder.directoryStore(seed: 2)
            store.rights = rights
            return store
        }
        return try AgentStore(
            over: try PipeTransport(serving: folder.storePath, seed: 2, rights: rights), label: "agent",
            dialect: Dialect(toolVersion: "1.0-near"), runID: "run-2")
    }

    private func content(_ folder: TemporaryFolder, _ path: String) throws -> [String: [UInt8]] {
        let files = HostFileSystem()
        var found: [String: [UInt8]] = [:]
        var waiting = [folder.storePath + path]
        while let next = waiting.popLast() {
            for name in try files.list(next) {
                let path = next + "/" + name
                if try files.status(path)?.kind == .folder {
                    waiting.append(path)
                    found[path] = []
                } else {
                    found[path] = try files.contents(path, limit: 1 << 20)
                }
            }
        }
        return found
    }

    @Test(arguments: StoreKind.allCases) func aJobGoesWithEverythingAndNoOtherDoes(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        _ = try jobs(folder)
        let before = try content(folder, "/jobs/mdb02")
        let whole = try content(folder, "")
        let store = try open(folder, kind)
        var request = DropRequest(job: mdb01, maker: "test")
        request.isTrial = true
        let trial = try store.drop(request)
        let after = try content(folder, "")
        #expect(whole.allSatisfy { after[$0.key] != nil })
        #expect(trial.points == 2)
        #expect(trial.bytes > 10_000)
        request.isTrial = false
        let report = try store.drop(request)
        #expect(report.points == 2)
        #expect(report.files >= trial.files)
        #expect(try HostFileSystem().list(folder.storePath + "/jobs") == ["mdb02"])
        #expect(try content(folder, "/jobs/mdb02") == before)
        #expect(try store.jobs() == [other])
        let again = #expect(throws: StoreError.self) { try store.drop(request) }
        #expect(again?.kind == .notFound)
        try store.close()
        // The name is free for another one.
        let new = try StoreFixture(on: try folder.directoryStore(seed: 3), seed: 1)
        try new.addPoint()
    }

    @Test(arguments: StoreKind.allCases) func aKeyThatMayOnlyAddDropsNothing(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        _ = try jobs(folder)
        let before = try content(folder, "/jobs")
        let store = try open(folder, kind, .appendOnly)
        let error = #expect(throws: StoreError.self) {
            try store.drop(DropRequest(job: mdb01, maker: "test"))
        }
        #expect(error?.kind == .refused)
        #expect(error?.isOfAppendOnlyKey == true)
        #expect(try content(folder, "/jobs") == before)
    }

    @Test(arguments: StoreKind.allCases) func whatTheStoreKeepsFromEveryKeyStays(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        _ = try jobs(folder)
        let store = try open(folder, kind, DeletionPermissions(mayForget: true, minAge: 60, minGrace: 60))
        let error = #expect(throws: StoreError.self) {
            try store.drop(DropRequest(job: mdb01, maker: "test"))
        }
        #expect(error?.kind == .refused)
        #expect(
            error?.detail == "point 1 is younger than 2 min 0 s, which this store keeps from every key")
        #expect(try store.jobs() == [mdb01, other])
    }

    @Test(arguments: StoreKind.allCases) func pinnedPointsKeepAJobUntilTheyDoNot(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        let pinned = try jobs(folder)[0].points[1].reference
        let store = try open(folder, kind)
        try Repository(store, job: mdb01).add(.pinned) {
            Note($0, point: pinned, made: FixedClock().now, maker: "test")
        }
        var request = DropRequest(job: mdb01, maker: "test")
        let error = #expect(throws: StoreError.self) { try store.drop(request) }
        #expect(error?.kind == .refused)
        #expect(error?.detail == "point 2 is pinned: nothing is taken away")
        try folder.damage(.note(mdb01, NoteID(.pinned, 1))) { $0[60] ^= 1 }
        let unknown = #expect(throws: StoreError.self) { try store.drop(request) }
        #expect(unknown?.kind == .refused)
        #expect(unknown?.hint == "if no pin is to keep them: --pinned-too")
        request.takesPinned = true
        #expect(try store.drop(request).points == 2)
    }

    @Test(arguments: StoreKind.allCases) func aJobInUseStays(kind: StoreKind) throws {
        let folder = try TemporaryFolder()
        _ = try jobs(folder)
        let reader = try folder.directoryStore(seed: 5)
        _ = try reader.list(.point, job: mdb01)
        let store = try open(folder, kind)
        let error = #expect(throws: StoreError.self) {
            try store.drop(DropRequest(job: mdb01, maker: "test"))
        }
        #expect(error?.kind == .locked)
        #expect(try store.jobs() == [mdb01, other])
        reader.close()
        #expect(try store.drop(DropRequest(job: mdb01, maker: "test")).points == 2)
    }

    // Goal of this test: what a link in the folder names belongs to somebody else.
    @Test func linksAreNotFollowedAndDamageIsNoObstacle() throws {
        let folder = try TemporaryFolder()
        _ = try jobs(folder)
        let before = try content(folder, "/jobs/mdb02")
        let job = folder.storePath + "/jobs/mdb01"
        try FileManager.default.createSymbolicLink(
            atPath: job + "/packs/zz", withDestinationPath: folder.storePath + "/jobs/mdb02")
        try FileManager.default.createSymbolicLink(
            atPath: job + "/tmp/x", withDestinationPath: folder.storePath + "/STORE")
        try HostFileSystem().remove(job + "/job")
        try HostFileSystem().remove(job + "/points/0000000000000001.point")
        let store = try folder.directoryStore(seed: 2)
        var request = DropRequest(job: mdb01, maker: "test")
        let unknown = #expect(throws: StoreError.self) { try store.drop(request) }
        #expect(unknown?.kind == .refused)
        request.takesPinned = true
        #expect(try store.drop(request).points == 1)
        #expect(try HostFileSystem().list(folder.storePath + "/jobs") == ["mdb02"])
        #expect(try content(folder, "/jobs/mdb02") == before)
        _ = try store.storeObject()
    }

    @Test func aLockOfAFolderThatWasTakenAwayIsNone() throws {
        let folder = try TemporaryFolder()
        _ = try jobs(folder)
        let files = HostFileSystem()
        let job = folder.storePath + "/jobs/mdb01"
        let held = try #require(try files.lock(job + "/lock", .shared))
        #expect(try files.renameNoReplace(job, to: job + "-gone"))
        #expect(try files.makeFolder(job))
        // The new file is another one, and free.
        let new = try files.lock(job + "/lock", .exclusive)
        #expect(new != nil)
        withExtendedLifetime(held) {}
    }
}
