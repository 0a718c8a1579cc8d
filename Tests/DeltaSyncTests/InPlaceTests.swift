import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreAgent
import StoreFormat
import TestSupport
import Testing

/// Files that are there become what a point has, by what differs.
@Suite struct InPlaceTests {
    /// A point of a few nights: deltas on deltas, plain records, zeros.
    private final class History {
        static let blockSize = 4096
        let shipment: Shipment
        let generation: UInt64
        private(set) var bytes: [UInt8]

        init(seed: UInt64, blocks: Int, nights: Int = 5) throws {
            var random = SeededGenerator(seed: seed)
            shipment = try Shipment(seed: seed)
            bytes = random.bytes(blocks * Self.blockSize + 77)
            bytes.replaceSubrange(
                9 * Self.blockSize..<13 * Self.blockSize, with: repeatElement(0, count: 4 * Self.blockSize))
            try shipment.push(try shipment.image(bytes))
            for _ in 1..<nights {
                for _ in 0..<blocks / 8 {
                    let at = Int.random(in: 0..<bytes.count - 200, using: &random)
                    bytes.replaceSubrange(at..<at + 200, with: random.bytes(200))
                }
                try shipment.push(try shipment.image(bytes))
            }
            generation = UInt64(nights)
        }

        /// One more night, in which bytes are put in.
        func shift(by inserted: [UInt8], at offset: Int) throws -> Point {
            bytes.insert(contentsOf: inserted, at: offset)
            return try shipment.push(try shipment.image(bytes)).point
        }

        func rebuild(_ store: any ObjectStore) throws -> ImageReader {
            let repository = try Repository(store, job: shipment.job.name)
            return try ImageReader(
                try repository.point(generation).point, in: repository, state: nil, .memory)
        }

        var path: String { shipment.folder.path + "/restored" }
        var marker: String { InPlaceRestore.marker(of: path) }

        func place(_ bytes: [UInt8]) throws {
            try? shipment.files.remove(path)
            try shipment.files.open(path, .create).write(bytes.span, at: 0)
        }

        var placed: [UInt8] { get throws { try shipment.files.contents(path, limit: 64 << 20) } }

        @discardableResult func restore(
            from store: (any ObjectStore)? = nil, files: (any FileSystem)? = nil
        ) throws -> Int {
            let image = try rebuild(store ?? shipment.store())
            return try InPlaceRestore(files ?? shipment.files, marker: marker)
                .run([.init(image, [(0..<bytes.count, path)])]) { _ in }
        }
    }

    private enum Damage: CaseIterable {
        case none, flips, zeros, blocks, cut, empty, longer, replaced, shifted, fewBytes

        func apply(to bytes: inout [UInt8], _ random: inout SeededGenerator) {
            let size = History.blockSize
            switch self {
            case .none: break
            case .flips: for _ in 0..<30 { bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 }
            case .zeros:
                let start = Int.random(in: 0..<bytes.count / 2, using: &random)
                bytes.replaceSubrange(start..<start + 50_000, with: repeatElement(0, count: 50_000))
            case .blocks:
                for _ in 0..<10 {
                    let block = Int.random(in: 0..<bytes.count / size, using: &random)
                    bytes.replaceSubrange(block * size..<(block + 1) * size, with: random.bytes(size))
                }
            case .cut: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            case .empty: bytes = []
            case .longer: bytes += random.bytes(100_000)
            case .replaced: bytes = random.bytes(bytes.count)
            case .shifted: bytes.insert(contentsOf: [1, 2, 3], at: bytes.count / 3)
            case .fewBytes: bytes = [7]
            }
        }
    }

    @Test("a damaged file becomes what a fresh restore gives", arguments: UInt64(0)..<4)
    func damage(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let history = try History(seed: seed, blocks: 150)
        #expect(try history.shipment.restored(history.generation) == history.bytes)
        for damage in Damage.allCases {
            var bytes = history.bytes
            damage.apply(to: &bytes, &random)
            try history.place(bytes)
            let different = try history.restore()
            #expect(try history.placed == history.bytes, "\(damage)")
            #expect(try history.shipment.files.status(history.marker) == nil)
            if damage == .none { #expect(different == 0) }
            if damage == .blocks { #expect(different <= 10 * History.blockSize) }
        }
        // A file that is not there is made.
        try history.shipment.files.remove(history.path)
        try history.restore()
        #expect(try history.placed == history.bytes)
    }

    // Goal of this test: whatever change is the last one, nobody takes the file for good before it is.
    @Test func aRestoreThatIsKilledAnywhereIsFinishedByTheNext() throws {
        var random = SeededGenerator(seed: 5)
        let history = try History(seed: 5, blocks: 24, nights: 3)
        var damaged = history.bytes
        for block in [1, 2, 10, 15, 20] { damaged[block * History.blockSize + 5] ^= 1 }
        damaged += random.bytes(5_000)
        let files = history.shipment.files
        var changes = 0
        while true {
            try history.place(damaged)
            let failing = FailingFiles(files, after: changes)
            var error: (any Error)?
            do { try history.restore(files: failing) } catch let caught { error = caught }
            #expect((error != nil) == failing.hasFailed, "\(changes): \(String(describing: error))")
            guard failing.hasFailed else { break }
            let isUnfinished = try files.status(history.marker) != nil
            let isWhole = try history.placed == history.bytes
            let isUntouched = try history.placed == damaged
            #expect(isUnfinished || isWhole || isUntouched, "\(changes)")
            if isUnfinished {
                #expect(throws: SyncError.unfinished(marker: history.marker)) {
                    try NewFiles(files, tag: "t").write(
                        try history.rebuild(history.shipment.store()), to: history.path, replacing: false
                    ) { _ in }
                }
            }
            try history.restore()
            #expect(try history.placed == history.bytes)
            #expect(try files.status(history.marker) == nil)
            changes += 1
        }
        #expect(changes > 10)
        #expect(try history.placed == history.bytes)
    }

    @Test func replacingAnUnfinishedFileEndsIt() throws {
        let history = try History(seed: 6, blocks: 24, nights: 2)
        var damaged = history.bytes
        damaged[5] ^= 1
        try history.place(damaged)
        #expect(throws: SyncError.self) {
            try history.restore(files: FailingFiles(history.shipment.files, after: 5))
        }
        #expect(try history.shipment.files.status(history.marker) != nil)
        try NewFiles(history.shipment.files, tag: "t").write(
            try history.rebuild(history.shipment.store()), to: history.path, replacing: true
        ) { _ in }
        #expect(try history.placed == history.bytes)
        #expect(try history.shipment.files.status(history.marker) == nil)
    }

    @Test func twoRestoresDoNotWriteIntoOneFile() throws {
        let history = try History(seed: 7, blocks: 24, nights: 2)
        try history.place([1])
        let held = try history.shipment.files.lock(history.marker, .exclusive)
        #expect(throws: SyncError.busy(marker: history.marker)) { try history.restore() }
        #expect(try history.placed == [1])
        withExtendedLifetime(held) {}
    }

    private func agent(_ history: History) throws -> AgentStore {
        try AgentStore(
            over: try PipeTransport(serving: history.shipment.folder.path + "/store"), label: "agent",
            dialect: Dialect(toolVersion: "1"), runID: "run")
    }

    @Test("what crosses the wire is what differs", arguments: [false, true])
    func wire(isScattered: Bool) throws {
        // The bytes of an image are noise here: what is fetched has its own size.
        let history = try History(seed: 8, blocks: 4_000, nights: 3)
        let size = History.blockSize
        var damaged = history.bytes
        for number in 0..<40 { damaged[(isScattered ? number * 97 + 50 : number + 700) * size] ^= 1 }
        try history.place(damaged)
        let whole = try agent(history)
        _ = try history.rebuild(whole)
        let overhead = whole.traffic.receivedBytes
        try whole.close()
        let store = try agent(history)
        #expect(try history.restore(from: store) == 40 * size)
        #expect(try history.placed == history.bytes)
        let received = store.traffic.receivedBytes - overhead
        try store.close()
        // Blocks with a delta, about one in four, need the block below and a share of the tables.
        #expect(received < 60 * size + 40_000, "\(received) of \(history.bytes.count)")
    }

    /// Of blocks that have moved off their grid the map has no fingerprints.
    @Test func contentThatHasMovedIsRepaired() throws {
        var random = SeededGenerator(seed: 10)
        let history = try History(seed: 10, blocks: 400, nights: 1)
        let point = try history.shift(by: random.bytes(1_001), at: 500_000)
        let image = try ImageReader(
            point, in: try Repository(history.shipment.store(), job: history.shipment.job.name), state: nil,
            .memory)
        func restore() throws -> Int {
            try InPlaceRestore(history.shipment.files, marker: history.marker)
                .run([.init(image, [(0..<history.bytes.count, history.path)])]) { _ in }
        }
        try history.place(history.bytes)
        #expect(try restore() == 0)
        // In front of what has moved: only the block itself. Behind: all that the map cannot tell.
        var damaged = history.bytes
        damaged[70_000] ^= 1
        try history.place(damaged)
        #expect(try restore() == History.blockSize)
        #expect(try history.placed == history.bytes)
        damaged[1_200_000] ^= 1
        try history.place(damaged)
        #expect(try restore() > 900_000)
        #expect(try history.placed == history.bytes)
        try history.shipment.files.remove(history.path)
        #expect(try restore() > 900_000)
        #expect(try history.placed == history.bytes)
    }

    @Test func aDamagedStoreLeavesTheFileMarked() throws {
        let history = try History(seed: 9, blocks: 64, nights: 2)
        try history.place([UInt8](repeating: 9, count: history.bytes.count))
        let store = history.shipment.store()
        let pack = try #require(try store.list(.pack, job: history.shipment.job.name).first).key
        let path = history.shipment.folder.path + "/store/" + pack.path
        var bytes = try history.shipment.files.contents(path, limit: 1 << 30)
        bytes[bytes.count / 2] ^= 1
        try history.shipment.files.open(path, .update).write(bytes.span, at: 0)
        let error = #expect(throws: SyncError.self) { try history.restore() }
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try history.shipment.files.status(history.marker) != nil)
    }
}
