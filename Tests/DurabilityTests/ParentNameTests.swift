import OffsiteStore
import Platform
import StoreFormat
import Synchronization
import TestSupport
import Testing

/// A point follows one whose maker did not live to make its name durable.
@Suite struct ParentNameTests {
    /// The first point's folder is not synced; what the disk holds when the second has its name is kept.
    private final class Killed: FileSystemDecorator {
        let base: any FileSystem
        private let disk: SimFS
        private let isSkipped = Mutex(false)
        let kept = Mutex<SimDisk?>(nil)

        init(_ disk: SimFS) {
            base = disk
            self.disk = disk
        }

        func syncFolder(_ path: String) throws(SystemError) {
            if path.hasSuffix("/points"), !isSkipped.withLock({ exchange(&$0, with: true) }) { return }
            try base.syncFolder(path)
        }

        func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
            let isNew = try base.linkNoReplace(existing, to: new)
            if new.hasSuffix("/points/0000000000000002.point") { kept.withLock { $0 = disk.disk } }
            return isNew
        }
    }

    @Test func aPointIsNeverLeftWithoutTheOneItFollows() throws {
        let disk = SimFS()
        try disk.makeFolder("/srv")
        let files = Killed(disk)
        let fixture = try StoreFixture(on: Program.store(files, SeededEntropy(seed: 1)), seed: 1)
        for _ in 1...2 { try fixture.addPoint() }
        let kept = try #require(files.kept.withLock { $0 })
        var found: Set<[UInt64]> = []
        for seed in UInt64(0)..<64 {
            let store = Program.store(SimFS(kept.crashed(.subset, seed: seed)), SeededEntropy(seed: 2))
            found.insert(try Repository(store, job: fixture.job.name).generations())
        }
        #expect(found == [[1], [1, 2]])
    }
}
