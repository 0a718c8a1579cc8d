import DeltaSync
import OffsiteStore
import Platform
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
        var pages = (0..<512).map { _ in Self.page(&random) }
        try shipment.push(try shipment.image(Array(pages.joined()), blockSize: Self.pageBytes))
        var shares: [Double] = []
        for night in 0..<60 {
            var old: [UInt8] = []
            var new: [UInt8] = []
            // Five percent of the pages, most of them in one tenth; one more page.
            var changed: Set<Int> = []
            while changed.count < 17 { changed.insert(Int.random(in: 100..<151, using: &random)) }
            while changed.count < 25 { changed.insert(Int.random(in: pages.indices, using: &random)) }
            for number in changed.sorted() {
                old += pages[number]
                let count = Int.random(in: 200...600, using: &random)
                let start = Int.random(in: 64..<Self.pageBytes - count, using: &random)
                pages[number].replaceSubrange(start..<start + count, with: random.bytes(count))
                pages[number].replaceSubrange(0..<16, with: random.bytes(16))
                new += pages[number]
            }
            pages.append(Self.page(&random))
            new += pages[pages.count - 1]
            let result = try shipment.push(
                try shipment.image(Array(pages.joined()), blockSize: Self.pageBytes))
            let share = Double(result.point.counts.shippedBytes) / Double(try Self.floor(old, new))
            #expect(share <= 2, "night \(night)")
            shares.append(share)
        }
        #expect(shares.reduce(0, +) / 60 <= 1.5)
        #expect(try shipment.restored(61) == Array(pages.joined()))
    }
}
