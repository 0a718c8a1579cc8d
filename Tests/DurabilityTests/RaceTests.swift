import DeltaSync
import OffsiteStore
import Platform
import StoreFormat
import Synchronization
import TestSupport
import Testing

/// Two runs at once: at most one gets a generation.
@Suite struct RaceTests {
    /// Has another run commit between this one's look at the points and its link.
    private final class Meanwhile: FileSystemDecorator {
        let base: any FileSystem
        private let body: Mutex<(@Sendable () -> Void)?>

        init(_ base: any FileSystem, _ body: @escaping @Sendable () -> Void) {
            self.base = base
            self.body = Mutex(body)
        }

        func linkNoReplace(_ existing: String, to new: String) throws(SystemError) -> Bool {
            if new.contains("/points/") { body.withLock { exchange(&$0, with: nil) }?() }
            return try base.linkNoReplace(existing, to: new)
        }
    }

    private static func store(_ files: any FileSystem, _ seed: UInt64) -> LocalStoreService {
        Program.store(files, SeededEntropy(seed: seed))
    }

    /// - Returns: Whether the second was refused, and the first one's point is there.
    static func commitsAtOnce(_ files: (SimFS) -> any FileSystem) throws -> Bool {
        let disk = SimFS()
        try disk.makeFolder("/srv")
        let fixture = try StoreFixture(on: store(disk, 1), seed: 1)
        let (first, second) = (try fixture.next(), try fixture.next())
        for shipment in [first, second] { try fixture.upload(shipment) }
        let points = [first, second].map { $0.point.encoded(job: fixture.job.id, store: fixture.storeID) }
        let name = fixture.job.name
        let late = store(
            Meanwhile(files(disk)) {
                _ = try? store(disk, 2).commit(points[0], generation: 1, job: name)
            }, 3)
        var isRefused = false
        do throws(StoreError) { _ = try late.commit(points[1], generation: 1, job: name) } catch {
            isRefused = error.kind == .exists
        }
        return try Repository(store(disk, 4), job: name).head()?.point == first.point && isRefused
    }

    /// - Returns: Whether one of two that want to push has to wait, until the other has ended or died.
    static func locksExclude(_ files: (SimFS) -> any FileSystem) throws -> Bool {
        let disk = SimFS()
        try disk.makeFolder("/srv")
        let name = try StoreFixture(on: store(disk, 1), seed: 1).job.name
        let (first, second) = (store(files(disk), 2), store(files(disk), 3))
        try first.lockForPush(name, holder: "first")
        do throws(StoreError) {
            try second.lockForPush(name, holder: "second")
            return false
        } catch { guard error.kind == .locked else { return false } }
        try store(SimFS(disk.disk), 4).lockForPush(name, holder: "after a crash")
        first.unlockPush(name)
        try second.lockForPush(name, holder: "second")
        return true
    }

    @Test func whatIsCommittedMeanwhileStays() throws { #expect(try Self.commitsAtOnce { $0 }) }

    @Test func aLockHoldsUntilItsHolderGoes() throws { #expect(try Self.locksExclude { $0 }) }
}
