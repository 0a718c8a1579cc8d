import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import Synchronization
import TestSupport
import Testing

/// A set comes back straight into its files.
@Suite struct NewFilesTests {
    /// Files that count what is written, and how many are open at once.
    private final class CountingFiles: FileSystemDecorator {
        let base: any FileSystem
        private let counts = Mutex((bytes: 0, open: 0, mostOpen: 0))

        init(_ base: any FileSystem) { self.base = base }

        var writtenBytes: Int { counts.withLock { $0.bytes } }
        var mostOpen: Int { counts.withLock { $0.mostOpen } }

        func open(_ path: String, _ mode: OpenMode) throws(SystemError) -> any OpenFile {
            let file = try base.open(path, mode)
            guard mode.makesNew else { return file }
            counts.withLock {
                $0.open += 1
                $0.mostOpen = max($0.mostOpen, $0.open)
            }
            return Counted(file, self)
        }

        private final class Counted: OpenFileDecorator {
            let base: any OpenFile
            private let files: CountingFiles

            init(_ base: any OpenFile, _ files: CountingFiles) {
                self.base = base
                self.files = files
            }

            deinit { files.counts.withLock { $0.open -= 1 } }

            func write(_ bytes: Span<UInt8>, at offset: Int) throws(SystemError) {
                files.counts.withLock { $0.bytes += bytes.count }
                try base.write(bytes, at: offset)
            }
        }
    }

    private struct Night {
        let shipment: Shipment
        let members: [(name: String, bytes: [UInt8], blockSize: Int)]
        let image: ImageReader
        var folder: String { shipment.folder.path + "/back" }

        init(on files: any FileSystem = HostFileSystem()) throws {
            var random = SeededGenerator(seed: 7)
            members = [
                ("mdb01.edb", random.bytes(40 * 4096) + [UInt8](repeating: 0, count: 8 * 4096), 4096),
                ("empty.pat", [], 4096), ("zeros.log", [UInt8](repeating: 0, count: 4096), 4096),
                ("E00.log", random.bytes(5000), 4096),
            ]
            shipment = try Shipment(seed: 7, on: files)
            try shipment.push(try shipment.image(members))
            let repository = try Repository(shipment.store(), job: shipment.job.name)
            image = try ImageReader(try repository.point(1).point, in: repository, state: nil, .memory)
        }

        var targets: [InPlaceRestore.Target] {
            let parts = image.point.layout.extents.filter { $0.key.kind == .data }
                .map { (range: $0.offset..<$0.end, path: folder + "/" + $0.key.name) }
            return [.init(image, parts)]
        }

        func restore(
            _ files: any FileSystem, replacing: Bool = false,
            _ progress: (Int) throws(SyncError) -> Void = { _ in }
        ) throws(SyncError) {
            try NewFiles(files, tag: "0123456789abcdefgh").write(
                targets, into: folder, replacing: replacing, progress)
        }

        func expectRestored(_ files: any FileSystem) throws {
            #expect(try files.list(folder) == members.map(\.name).sorted())
            for member in members {
                #expect(try files.contents(folder + "/" + member.name, limit: 1 << 20) == member.bytes)
            }
        }
    }

    @Test func eachByteIsWrittenOnceAndOneFileIsOpenAtATime() throws {
        let night = try Night()
        let files = CountingFiles(HostFileSystem())
        try night.restore(files)
        try night.expectRestored(files)
        #expect(files.writtenBytes == 40 * 4096 + 5000)
        #expect(files.mostOpen == 1)
    }

    @Test func nothingIsReplacedUnlessThatIsAskedFor() throws {
        let night = try Night()
        let files = HostFileSystem()
        try files.makeFolder(night.folder)
        let path = night.folder + "/E00.log"
        try files.open(path, .create).write([9].span, at: 0)
        let error = #expect(throws: SyncError.self) { try night.restore(files) }
        #expect(error == .exists(path: path))
        #expect(try files.list(night.folder) == ["E00.log"])
        try night.restore(files, replacing: true)
        try night.expectRestored(files)
    }

    @Test func aRestoreThatEndsEarlyLeavesNothing() throws {
        let night = try Night()
        let files = HostFileSystem()
        let stopped = #expect(throws: SyncError.self) {
            try night.restore(files) { (done) throws(SyncError) in if done > 100_000 { throw .interrupted } }
        }
        #expect(stopped == .interrupted)
        #expect(try files.status(night.folder) == nil)
        let pack = try #require(try night.shipment.store().list(.pack, job: night.shipment.job.name).first)
        let store = try files.open(night.shipment.folder.path + "/store/" + pack.key.path, .update)
        try store.write([1, 2, 3].span, at: pack.length / 2)
        let damaged = #expect(throws: SyncError.self) { try night.restore(files) }
        guard case .damaged? = damaged else {
            Issue.record("\(String(describing: damaged))")
            return
        }
        #expect(try files.status(night.folder) == nil)
    }
}
