import OffsiteStore
import Platform
import StoreFormat
import Synchronization
import TestSupport
import Testing

/// A check that a push overtakes.
@Suite struct CheckBesidePushTests {
    @Test(
        "a point that is committed while a check lists a folder is no damage",
        arguments: ["points", "index", "packs"], [CheckRequest.Level.quick, .full, .base])
    func overtaken(folder: String, level: CheckRequest.Level) throws {
        let after = MemoryFileSystem()
        let shipment = try Shipment(seed: 1, on: after)
        var random = SeededGenerator(seed: 2)
        try shipment.push(try shipment.image(random.bytes(8 * 4096)))
        let before = after.copy()
        try shipment.push(try shipment.image(random.bytes(8 * 4096)))
        let root = shipment.folder.path + "/store"
        let files = OvertakenFiles(
            before, after, listing: "\(root)/jobs/\(shipment.job.name)/\(folder)")
        let store = LocalStoreService(
            directory: root, files: files, clock: FixedClock(), entropy: SeededEntropy(seed: 98))
        let request = CheckRequest(job: shipment.job.name, generation: nil, level: level, seed: 1)
        let report = try store.check(request) { _ in }
        #expect(files.isOvertaken)
        #expect(report.damage == [])
        #expect(report.points == 1)
        #expect(try store.check(request) { _ in }.points == 2)
    }
}

/// Files that others change as soon as a folder was listed.
private final class OvertakenFiles: FileSystemDecorator {
    private let before: MemoryFileSystem
    private let after: MemoryFileSystem
    private let folder: String
    private let listed = Mutex(false)

    init(_ before: MemoryFileSystem, _ after: MemoryFileSystem, listing folder: String) {
        self.before = before
        self.after = after
        self.folder = folder
    }

    var isOvertaken: Bool { listed.withLock { $0 } }
    var base: any FileSystem { isOvertaken ? after : before }

    func list(_ folder: String) throws(SystemError) -> [String] {
        let names = try base.list(folder)
        if folder == self.folder { listed.withLock { $0 = true } }
        return names
    }
}
