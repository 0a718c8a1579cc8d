import DeltaSync
import Image
import OffsiteStore
import Platform
import Restore
import StoreFormat
import TestSupport
import Testing

/// A restore decodes each record that it needs once, however blank pages and threads cut the image.
@Suite struct DecodeCountTests {
    private static let pageBytes = 8192

    struct Case: CustomTestStringConvertible, Sendable {
        let blankPercent: Int
        let threads: Int
        var testDescription: String { "\(blankPercent) % blank pages, \(threads) threads" }
    }

    static let cases = [0, 3, 15].flatMap { blank in
        [1, 2, 4].map { Case(blankPercent: blank, threads: $0) }
    }

    @Test("the first push of an image is restored with one decode a record, seed 5", arguments: cases)
    func firstPush(_ test: Case) throws {
        var random = SeededGenerator(seed: 5)
        let shipment = try Shipment(seed: 5)
        let bytes = Self.pages(1500, blankPercent: test.blankPercent, &random)
        try shipment.push(try shipment.image(bytes, blockSize: Self.pageBytes))
        let restored = try restore(1, shipment, threads: test.threads)
        #expect(restored.bytes == bytes)
        #expect(restored.decodes == (try records(of: shipment)))
    }

    @Test("nights of deltas upon it cost one decode a delta, seed 6", arguments: cases)
    func nights(_ test: Case) throws {
        var random = SeededGenerator(seed: 6)
        let shipment = try Shipment(seed: 6)
        var bytes = Self.pages(1500, blankPercent: test.blankPercent, &random)
        try shipment.push(try shipment.image(bytes, blockSize: Self.pageBytes))
        // Night after night others of the pages, so that no record hides another.
        for night in 0..<3 {
            for page in stride(from: night * 13, to: bytes.count / Self.pageBytes, by: 60) {
                let start = page * Self.pageBytes
                guard bytes[start..<start + Self.pageBytes].contains(where: { $0 != 0 }) else { continue }
                bytes.replaceSubrange(start + 100..<start + 300, with: random.bytes(200))
            }
            try shipment.push(try shipment.image(bytes, blockSize: Self.pageBytes))
        }
        let restored = try restore(4, shipment, threads: test.threads)
        #expect(restored.bytes == bytes)
        #expect(restored.decodes == (try records(of: shipment)))
    }

    private func restore(
        _ generation: UInt64, _ shipment: Shipment, threads: Int
    ) throws -> (bytes: [UInt8], decodes: Int) {
        let store = shipment.store()
        let repository = try Repository(store, job: shipment.job.name)
        var rebuild = try ImageReader(
            try repository.point(generation).point, in: repository, state: nil, .memory)
        let decodes = DecodeCount()
        rebuild.decodes = decodes
        rebuild.threads = threads
        var bytes: [UInt8] = []
        try rebuild.run({ _ in }) { (piece) throws(SyncError) in bytes.append(copying: piece) }
        return (bytes, decodes.value)
    }

    /// Records in all packs of the store.
    private func records(of shipment: Shipment) throws -> Int {
        let store = shipment.store()
        let repository = try Repository(store, job: shipment.job.name)
        return try store.list(.index, job: shipment.job.name).reduce(0) { sum, object in
            let bytes = try store.read(object.key, at: 0, count: object.length)
            let index = try PackIndex(parsing: bytes, job: shipment.job.id, store: repository.storeID)
            return sum + index.packs.reduce(0) { $0 + $1.frames.reduce(0) { $0 + $1.records } }
        }
    }

    /// Pages that zstd halves, with some of them blank.
    private static func pages(
        _ count: Int, blankPercent: Int, _ random: inout SeededGenerator
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * pageBytes)
        for _ in 0..<count {
            if Int.random(in: 0..<100, using: &random) < blankPercent {
                bytes += [UInt8](repeating: 0, count: pageBytes)
            } else {
                bytes += random.bytes(pageBytes / 2)
                bytes += [UInt8](repeating: 7, count: pageBytes / 2)
            }
        }
        return bytes
    }
}
