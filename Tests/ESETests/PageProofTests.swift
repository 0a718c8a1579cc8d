import ESE
import Platform
import TestSupport
import Testing

/// What the checksums promise, over whole pages (format notes 3).
@Suite struct PageProofTests {
    /// A page of each format and size.
    struct Kind: CustomTestStringConvertible, Sendable {
        let size: PageSize
        let isOld: Bool
        /// Every how many bits one is flipped: each in the smallest pages, a prime in others.
        let stride: Int
        var testDescription: String { "\(size.bytes) bytes, \(isOld ? "old" : "new") format" }

        static let all =
            [
                Kind(size: .kib2, isOld: false, stride: 1), Kind(size: .kib4, isOld: false, stride: 29),
                Kind(size: .kib8, isOld: false, stride: 67), Kind(size: .kib16, isOld: false, stride: 251),
                Kind(size: .kib32, isOld: false, stride: 509), Kind(size: .kib2, isOld: true, stride: 5),
                Kind(size: .kib4, isOld: true, stride: 29), Kind(size: .kib8, isOld: true, stride: 67),
            ]
    }

    static func page(_ kind: Kind, _ number: UInt32 = 9, seed: UInt64 = 1) -> [UInt8] {
        ESEPage.content(kind.size, number: number, ESEPage.Style(dbtime: 5, isOld: kind.isOld), seed: seed)
    }

    /// Bits whose flip the format cannot locate: the page's own sum, and the flag that says which format it is.
    static func isLocatable(_ bit: Int, _ kind: Kind) -> Bool {
        !kind.isOld && bit >= 64 && bit != 37 * 8 + 5
    }

    @Test("each single flipped bit is found, and named where the format can", arguments: Kind.all)
    func singleBits(kind: Kind) {
        var page = Self.page(kind)
        var missed: [Int] = []
        // The first bytes hold the sums and the flags: all of their bits.
        let bits = Array(0..<80 * 8) + Array(stride(from: 80 * 8, to: kind.size.bytes * 8, by: kind.stride))
        for bit in bits {
            page[bit / 8] ^= 1 << UInt8(bit % 8)
            let verdict = PageChecksum.verdict(of: page.span, number: 9)
            let isRight =
                if Self.isLocatable(bit, kind) {
                    verdict == .correctable(bits: [bit])
                } else if case .badChecksum = verdict {
                    true
                } else {
                    false
                }
            if !isRight { missed.append(bit) }
            page[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        #expect(missed.isEmpty)
        #expect(PageChecksum.verdict(of: page.span, number: 9) == .good)
    }

    @Test(
        "each of 2000 seeded pairs of flipped bits in a page of one block is bad and not correctable",
        arguments: Kind.all.filter { !$0.size.isLarge })
    func pairs(kind: Kind) {
        var page = Self.page(kind)
        var generator = SeededGenerator(seed: UInt64(kind.size.bytes))
        var missed: [[Int]] = []
        for _ in 0..<2000 {
            let first = Int.random(in: 0..<kind.size.bytes * 8, using: &generator)
            let second = Int.random(in: 0..<kind.size.bytes * 8, using: &generator)
            // Two flips of a bit's column leave the sums of old pages as they were: that format promises nothing.
            if first == second || kind.isOld && first % 32 == second % 32 { continue }
            for bit in [first, second] { page[bit / 8] ^= 1 << UInt8(bit % 8) }
            if case .badChecksum = PageChecksum.verdict(of: page.span, number: 9) {
            } else {
                missed.append([first, second])
            }
            for bit in [first, second] { page[bit / 8] ^= 1 << UInt8(bit % 8) }
        }
        #expect(missed.isEmpty)
    }

    @Test("no page is good in another slot, and it says whose it is", arguments: Kind.all)
    func wrongSlot(kind: Kind) {
        for number: UInt32 in [1, 2, 9, 255, 65_536, 0x00FF_FFFF] {
            let page = Self.page(kind, number)
            for slot in [number ^ 1, number ^ 0x80, number + 1, number &* 3, 1 << 31] where slot != number {
                switch PageChecksum.verdict(of: page.span, number: slot) {
                case .wrongNumber(let written): #expect(written == number)
                // A small page of the new format holds its number in its sum only, where damage may hide it.
                case .badChecksum(let mismatch) where !kind.isOld && !kind.size.isLarge:
                    #expect(mismatch.perhapsPage == number)
                // A number that differs in one bit looks like that bit of the sum: still bad.
                case let verdict: Issue.record("page \(number) in slot \(slot): \(verdict)")
                }
            }
        }
    }

    @Test("an old page damaged in its number is bad and not misplaced", arguments: [PageSize.kib2, .kib8])
    func oldNumber(size: PageSize) {
        var page = Self.page(Kind(size: size, isOld: true, stride: 1))
        page[4] ^= 1
        guard case .badChecksum = PageChecksum.verdict(of: page.span, number: 9) else {
            Issue.record("not bad")
            return
        }
    }

    @Test("the sum of an old page is the plain one", arguments: [PageSize.kib2, .kib4, .kib8])
    func oldSum(size: PageSize) {
        let page = Self.page(Kind(size: size, isOld: true, stride: 1))
        #expect(page.span.uint32(at: 36) & PageChecksum.newFormatFlag == 0)
        #expect(page.span.uint32(at: 0) == PlainChecksum.headerSum(page))
        #expect(page.span.uint32(at: 4) == 9)
    }

    @Test(
        "the format is told page by page", arguments: ESEDatabase.PageFormat.allCases, [PageSize.kib2, .kib8])
    func formats(format: ESEDatabase.PageFormat, size: PageSize) {
        let database = ESEDatabase {
            $0.size = size
            $0.format = format
            $0.garbageSlots = 2
        }
        let report = PageTallyTests.report(database)
        #expect(report.isGood)
        #expect(report.good + report.blank == 64)
        #expect(report.badBehindEnd == 2)
        let old = (1...database.pages).count {
            !database.isBlank($0) && database.page($0).span.uint32(at: 36) & PageChecksum.newFormatFlag == 0
        }
        let written = 64 - report.blank
        switch format {
        case .new: #expect(old == 0)
        case .old: #expect(old == written)
        case .mixed: #expect(old > 0 && old < written)
        }
    }
}
