internal import Platform
internal import TestSupport

/// Makes pages of which zstd leaves about half: words of a text and runs of random bytes, behind a header.
struct PageMaker {
    static let pageBytes = 8192
    private static let wordsPerPage = pageBytes / 8
    /// Words of random bytes at the start of each kilobyte.
    private static let randomWords = 40

    private var random: SeededGenerator
    private let vocabulary: [UInt64]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        // The same text in every version of a file.
        var words = SeededGenerator(seed: 7)
        let letters = Array("etaoinshrdlucmfw ".utf8)
        vocabulary = (0..<4096).map { _ in
            (0..<8).reduce(0) { word, _ in
                word << 8 | UInt64(letters.randomElement(using: &words) ?? 0x20)
            }
        }
    }

    mutating func pages(_ count: Int, from first: UInt64) -> [UInt8] {
        var writer = ByteWriter(capacity: count * Self.pageBytes)
        for page in 0..<count {
            for word in 0..<Self.wordsPerPage {
                switch word {
                case 0, 4: writer.uint64(random.next())
                case 1: writer.uint64(1 << 32 | random.next() >> 40)
                case 2: writer.uint64(first + UInt64(page))
                default:
                    let drawn = random.next()
                    let isRandom = word % 128 < Self.randomWords
                    // Low numbers are the more frequent words.
                    let index = Int(drawn & 0xFFF) * Int(drawn >> 12 & 0xFFF) >> 12
                    writer.uint64(isRandom ? drawn : vocabulary[index])
                }
            }
        }
        return writer.bytes
    }

    /// A page with one or two stretches, 200 to 600 bytes in all, and its header from another.
    static func changed(_ page: [UInt8], with fresh: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var page = page
        let total = Int.random(in: 200...600, using: &random)
        for length in Bool.random(using: &random) ? [total] : [total / 2, total - total / 2] {
            let start = Int.random(in: 64..<pageBytes - length, using: &random)
            page.replaceSubrange(start..<start + length, with: fresh[start..<start + length])
        }
        page.replaceSubrange(0..<16, with: fresh[0..<16])
        page.replaceSubrange(32..<40, with: fresh[32..<40])
        return page
    }
}
