import DeltaSync
import Platform
import StoreFormat
import TestSupport
import Testing

/// Many nights of a database of which some pages are hot.
@Suite struct NightsTests {
    private static let pageBytes = 8192

    /// A page that zstd halves: words of a text, and random bytes.
    private static func page(_ random: inout SeededGenerator) -> [UInt8] {
        var writer = ByteWriter(capacity: pageBytes)
        for word in 0..<pageBytes / 8 {
            writer.uint64(
                word % 128 < 40 ? random.next() : UInt64(random.next() % 64) &* 0x0101_0307_1F3F_7FFF)
        }
        return writer.bytes
    }

    /// The least that could be sent: what has changed, compressed at once with its old content known.
    private static func floor(_ old: [UInt8], _ new: [UInt8]) throws -> Int {
        var compressor = try Compressor(level: 3)
        return try compressor.compress(new.span, prefix: old.span).count
    }

    @Test("sixty nights cost at most one and a half times the least, and none of them more than twice")
    func sixtyNights() throws {
        var random = SeededGenerator(seed: 60)
        let shipment = try Shipment()
        var image: [UInt8] = []
        for _ in 0..<1024 { image += Self.page(&random) }
        try shipment.push(try shipment.image(image, blockSize: Self.pageBytes))
        var shares: [Double] = []
        for night in 0..<60 {
            var old: [UInt8] = []
            var new: [UInt8] = []
            // Five percent of the pages, most of them in one tenth; and two more.
            var changed: Set<Int> = []
            while changed.count < 35 { changed.insert(Int.random(in: 100..<202, using: &random)) }
            while changed.count < 51 { changed.insert(Int.random(in: 0..<1024, using: &random)) }
            for number in changed.sorted() {
                let page = number * Self.pageBytes..<(number + 1) * Self.pageBytes
                old += image[page]
                let count = Int.random(in: 200...600, using: &random)
                let start = page.lowerBound + Int.random(in: 64..<Self.pageBytes - count, using: &random)
                image.replaceSubrange(start..<start + count, with: random.bytes(count))
                image.replaceSubrange(page.lowerBound..<page.lowerBound + 16, with: random.bytes(16))
                new += image[page]
            }
            for _ in 0..<2 {
                let page = Self.page(&random)
                image += page
                new += page
            }
            let result = try shipment.push(try shipment.image(image, blockSize: Self.pageBytes))
            let share = Double(result.point.counts.shippedBytes) / Double(try Self.floor(old, new))
            #expect(share <= 2, "night \(night)")
            shares.append(share)
        }
        #expect(shares.reduce(0, +) / 60 <= 1.5)
        #expect(try shipment.restored(61) == image)
    }
}
