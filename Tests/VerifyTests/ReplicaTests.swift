import OffsiteStore
import Platform
import Restore
import StoreFormat
import Synchronization
import TestSupport
import Testing
import Verify

/// A store with points, and replicas of them on disks that fail.
private final class FarSite {
    static let path = "/replica"
    let isSet: Bool
    let fixture: StoreFixture
    private let store: LocalStoreService
    private let repository: Repository

    init(seed: UInt64, isSet: Bool, points count: Int = 3) throws {
        self.isSet = isSet
        store = LocalStoreService(
            directory: "/store", files: MemoryFileSystem(), clock: FixedClock(),
            entropy: SeededEntropy(seed: 1))
        fixture = try StoreFixture(on: store, seed: seed, isSet: isSet)
        for _ in 0..<count { try fixture.addPoint() }
        repository = try Repository(store, job: fixture.job.name)
    }

    @discardableResult func apply(
        _ generation: UInt64, on files: any FileSystem, _ options: Replica.Options = .init()
    ) throws -> Replica.Result {
        let stored = try repository.point(generation)
        let image = try ImageReader(stored.point, in: repository, state: nil, .memory)
        return try Replica(ReplicaFiles(Self.path, files), repository, files, FixedClock())
            .apply(stored, [image], options) { _ in }
    }

    /// What a replica of a point is: the one file there, by its path.
    func files(of generation: UInt64) -> [String: [UInt8]] {
        let image = fixture.images[Int(generation) - 1]
        return isSet
            ? [Self.path + "/db.edb": Array(image.dropFirst(StoreFixture.blockSize))] : [Self.path: image]
    }

    /// The file of the replica, or those in it.
    static func replica(_ disk: SimDisk) -> [String: [UInt8]] {
        disk.contents.compactMapValues { $0 }.filter { $0.key == path || $0.key.hasPrefix(path + "/") }
    }

    static func state(_ disk: SimDisk) throws -> ReplicaState? {
        try disk.contents[path + ".replica"]?.map { try ReplicaState(parsing: $0) }
    }

    /// A disk with the replica of a point, which has been there for long.
    func disk(_ generation: UInt64?) throws -> SimDisk {
        let files = SimFS()
        if let generation { try apply(generation, on: files) }
        var disk = files.disk
        disk.syncAll()
        return disk
    }

    /// The next `apply` after whatever ended the last one makes it the point, and leaves nothing of what was cut.
    func expectFinished(
        _ disk: SimDisk, _ generation: UInt64, _ comment: Comment, _ options: Replica.Options = .init(),
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let files = SimFS(disk)
        try apply(generation, on: files, options)
        let after = files.disk
        #expect(Self.replica(after) == self.files(of: generation), comment, sourceLocation: location)
        let state = try #require(try Self.state(after), comment, sourceLocation: location)
        #expect(state.phase == .current, comment, sourceLocation: location)
        #expect(state.point?.generation == generation, comment, sourceLocation: location)
        let names = Set(after.contents.keys.map { $0.dropFirst().split(separator: "/")[0] })
        #expect(
            names.isSubset(of: ["replica", "replica.replica", "replica.replica-lock"]), comment,
            sourceLocation: location)
    }
}

/// Clones as a file system with reflinks does.
private final class CloningFiles: FileSystemDecorator {
    let base: any FileSystem
    init(_ base: any FileSystem) { self.base = base }
    func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
        File(base: try base.open(path, mode))
    }

    private final class File: OpenFileDecorator {
        let base: any OpenFile
        init(base: any OpenFile) { self.base = base }
        func clone(_ other: any OpenFile) throws(SystemError) -> Bool {
            let bytes = try other.bytes(at: 0, count: try other.status().length)
            try base.write(bytes.span, at: 0)
            return true
        }
    }
}

@Suite struct ReplicaTests {
    private static let changes = Set(SimCall.Kind.allCases.filter(\.isChange))

    @Test("a replica follows the points, by clones and by copies", arguments: [true, false], [true, false])
    func follows(isSet: Bool, clones: Bool) throws {
        let site = try FarSite(seed: 1, isSet: isSet, points: 5)
        let disk = SimFS()
        let files: any FileSystem = clones ? CloningFiles(disk) : disk
        for generation in UInt64(1)...5 {
            let result = try site.apply(generation, on: files)
            #expect(result.way == .switched)
            #expect(
                result.before == (generation == 1 ? nil : site.fixture.points[Int(generation) - 2].point.id))
            #expect(FarSite.replica(disk.disk) == site.files(of: generation))
            // Six blocks change a night, one of them to zero.
            if generation > 1 { #expect(result.fetchedBytes <= 6 * StoreFixture.blockSize) }
            let again = try site.apply(generation, on: files)
            #expect(again.way == .unchanged)
            #expect(again.fetchedBytes == 0)
        }
        // It never goes back.
        #expect(try site.apply(3, on: files).way == .newer)
        #expect(FarSite.replica(disk.disk) == site.files(of: 5))
    }

    // Goal of this test: whoever uses the replica has the old point or the new one, whatever was killed.
    @Test("killed at any moment it is the old point or the new", arguments: [true, false], UInt64(1)...7)
    func killed(isSet: Bool, seed: UInt64) throws {
        let site = try FarSite(seed: seed, isSet: isSet)
        // Odd ones begin without a replica.
        let old = seed % 2 == 0 ? UInt64(1 + seed % 4 / 2) : nil
        let before = try site.disk(old)
        let allowed = [old.map(site.files) ?? [:], site.files(of: 3)]
        var moments = 0
        for effect in [SimFault.Effect.error(5), .tornWrite(5)] {
            for call in 1... {
                let files = SimFS(before, fault: SimFault(effect, at: call, of: Self.changes, isSticky: true))
                do { try site.apply(3, on: files) } catch {}
                guard files.hits > 0 else { break }
                let replica = FarSite.replica(files.disk)
                #expect(allowed.contains(replica), "call \(call)")
                if let state = try FarSite.state(files.disk), state.phase == .current {
                    #expect(state.point?.generation == 3 ? replica == allowed[1] : replica == allowed[0])
                }
                try site.expectFinished(files.disk, 3, "after a kill at call \(call)")
                moments += 1
            }
        }
        // Fourteen runs, and more than 500 moments in all.
        #expect(moments >= 40)
    }

    @Test("after a power cut it is the old point or the new", arguments: [true, false])
    func powerCut(isSet: Bool) throws {
        let site = try FarSite(seed: 3, isSet: isSet)
        let files = SimFS(try site.disk(1))
        let disks = Mutex<[SimDisk]>([])
        files.observe { [unowned files] in
            let disk = files.disk
            disks.withLock { $0.append(disk) }
        }
        try site.apply(3, on: files)
        let allowed = [site.files(of: 1), site.files(of: 3)]
        var moments = 0
        for (call, disk) in disks.withLock({ $0 }).enumerated() {
            for model in LossModel.allCases {
                for seed in UInt64(1)...(model == .everything ? 1 : 5) {
                    let after = disk.crashed(model, seed: seed)
                    #expect(allowed.contains(FarSite.replica(after)), "call \(call), \(model), seed \(seed)")
                    try site.expectFinished(after, 3, "after a cut at call \(call), \(model), seed \(seed)")
                    moments += 1
                }
            }
        }
        #expect(moments >= 500)
        #expect(FarSite.replica(files.disk.crashed(.everything, seed: 1)) == site.files(of: 3))
    }

    /// Between two points lies another that was never finished.
    @Test func whatWasCutIsNoHindranceToANewerPoint() throws {
        let site = try FarSite(seed: 4, isSet: true, points: 4)
        let before = try site.disk(1)
        for call in 1... {
            let files = SimFS(
                before, fault: SimFault(.tornWrite(5), at: call, of: Self.changes, isSticky: true))
            do { try site.apply(2, on: files) } catch {}
            guard files.hits > 0 else { break }
            try site.expectFinished(files.disk, 4, "after a kill at call \(call)")
        }
    }

    @Test("rewritten where it is, it says so until it is whole", arguments: [true, false])
    func inPlace(isSet: Bool) throws {
        let site = try FarSite(seed: 5, isSet: isSet)
        var options = Replica.Options()
        options.isInPlace = true
        let before = try site.disk(1)
        let allowed = [site.files(of: 1), site.files(of: 3)]
        var torn = 0
        for call in 1... {
            let files = SimFS(
                before, fault: SimFault(.tornWrite(5), at: call, of: Self.changes, isSticky: true))
            do { try site.apply(3, on: files, options) } catch {}
            guard files.hits > 0 else { break }
            let state = try #require(try FarSite.state(files.disk))
            if !allowed.contains(FarSite.replica(files.disk)) {
                torn += 1
                #expect(state.phase == .rewriting, "call \(call)")
            }
            try site.expectFinished(files.disk, 3, "in place, after a kill at call \(call)", options)
            try site.expectFinished(files.disk, 3, "by a switch, after a kill at call \(call)")
        }
        #expect(torn >= 5)
    }

    @Test func whatIsNoReplicaIsLeftAlone() throws {
        let site = try FarSite(seed: 6, isSet: false)
        let files = SimFS()
        try files.open(FarSite.path, .create).write([1, 2, 3].span, at: 0)
        #expect(throws: SyncError.exists(path: FarSite.path)) { try site.apply(1, on: files) }
        #expect(FarSite.replica(files.disk) == [FarSite.path: [1, 2, 3]])
        var options = Replica.Options()
        options.replaces = true
        #expect(try site.apply(1, on: files, options).way == .switched)
        // The replica of another store's job is none of this one's.
        let other = try FarSite(seed: 7, isSet: false)
        #expect(throws: SyncError.exists(path: FarSite.path)) { try other.apply(1, on: files) }
    }

    @Test func whatSomebodyWroteIntoItIsMended() throws {
        let site = try FarSite(seed: 8, isSet: true)
        let files = SimFS()
        try site.apply(3, on: files)
        try files.open(FarSite.path + "/db.edb", .update).write([9].span, at: 5_000)
        try files.open(FarSite.path + "/notes", .create).write([9].span, at: 0)
        let result = try site.apply(3, on: files)
        #expect(result.way == .switched)
        #expect(result.fetchedBytes == StoreFixture.blockSize)
        #expect(FarSite.replica(files.disk) == site.files(of: 3))
    }

    @Test func twoAtOnceDoNotGetIntoEachOthersWay() throws {
        let site = try FarSite(seed: 9, isSet: false)
        let files = SimFS()
        let lock = try files.lock(FarSite.path + ".replica-lock", .exclusive)
        #expect(throws: SyncError.busy(marker: FarSite.path + ".replica-lock")) {
            try site.apply(1, on: files)
        }
        withExtendedLifetime(lock) {}
    }
}
