import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

@Suite struct RestoreSpaceTests {
    // Goal of this test: a restore that cannot fit is refused before anything is written; zeros need no room.
    @Test func aRestoreNeedsWhatTheImageHolds() throws {
        let files = ScarceFiles(on: MemoryFileSystem(), freeBytes: 1 << 40)
        let shipment = try Shipment(on: files)
        var random = SeededGenerator(seed: 1)
        let bytes = random.bytes(40_960) + [UInt8](repeating: 0, count: 409_600)
        try shipment.push(try shipment.image(bytes))
        let store = shipment.store()
        let repository = try Repository(store, job: shipment.job.name)
        let image = try ImageReader(
            try repository.point(1).point, in: repository, state: nil, .memory)
        let (path, tag) = (shipment.folder.path + "/back", "tag")
        files.set(SpaceStatus(availableBytes: 40_959, totalBytes: 1 << 40))
        let error = #expect(throws: SyncError.self) {
            try NewFiles(files, tag: tag).write(image, to: path, replacing: false) { _ in }
        }
        #expect(error == .noSpace(path: path, neededBytes: 40_960, availableBytes: 40_959))
        #expect(try files.status("\(path).\(tag).hybridrep-partial") == nil)
        files.set(SpaceStatus(availableBytes: 40_960, totalBytes: 1 << 40))
        try NewFiles(files, tag: tag).write(image, to: path, replacing: false) { _ in }
        #expect(try files.contents(path, limit: 1 << 20) == bytes)
    }
}
