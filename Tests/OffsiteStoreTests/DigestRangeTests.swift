import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct DigestRangeTests {
    private static func digest(at position: UInt64) -> Digest256 {
        let upper = (0..<8).map { UInt8(truncatingIfNeeded: position >> (56 - 8 * UInt64($0))) }
        return Digest256((upper + [UInt8](repeating: 7, count: 24)).span)
    }

    @Test func anArcHasItsStartAndNotItsEnd() {
        let arc = DigestRange(from: 10, to: 20)
        #expect([9, 10, 19, 20].map { arc.contains(Self.digest(at: $0)) } == [false, true, true, false])
        let across = DigestRange(from: .max - 1, to: 2)
        #expect(
            [UInt64.max - 2, .max - 1, .max, 0, 1, 2].map { across.contains(Self.digest(at: $0)) }
                == [false, true, true, true, true, false])
        #expect(DigestRange(from: 5, to: 5) == DigestRange(start: 5, length: DigestRange.wholeCircle))
        #expect(DigestRange(from: 5, to: 5).contains(Self.digest(at: 4)))
    }

    @Test func sharesOfTheCircleComeRoundToWhereTheyBegan() {
        for pieces in [1, 2, 3, 7, 20, 1000] {
            var cover = DigestCoverage()
            var start: UInt64 = 0x1234_5678_9abc_def0
            for piece in 0..<pieces {
                #expect(cover.isWhole == false, "\(piece) of \(pieces)")
                // A little more than the share, so that rounding leaves no gap.
                let arc = DigestRange(start: start, share: 1 / Double(pieces) + 1e-12)
                cover.insert(arc)
                start = arc.end
            }
            #expect(cover.isWhole, "\(pieces)")
            #expect(cover.share == 1)
        }
    }

    /// The circle of all 64-bit numbers, by eights: a model that counts every stretch.
    @Test(arguments: UInt64(0)..<50)
    func aCoverIsWhatAModelCounts(seed: UInt64) {
        let steps: UInt64 = 16
        let width = UInt64.max / steps + 1
        var generator = SeededGenerator(seed: seed)
        var cover = DigestCoverage()
        var model = Set<UInt64>()
        for _ in 0..<12 {
            let from = UInt64.random(in: 0..<steps, using: &generator)
            let count = UInt64.random(in: 1...5, using: &generator)
            cover.insert(DigestRange(start: from * width, length: count * width))
            model.formUnion((from..<from + count).map { $0 % steps })
            #expect(cover.isWhole == (model.count == Int(steps)))
            #expect(abs(cover.share - Double(model.count) / Double(steps)) < 1e-9)
        }
    }
}
