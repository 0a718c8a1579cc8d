import DeltaSync
import Platform
import StoreFormat
import TestSupport
import Testing

@Suite struct PlainChoiceTests {
    @Test("every thirty-second record is compressed both ways, and what it told holds until the next")
    func manners() {
        var choice = PlainChoice()
        var seen: [PlainChoice.Manner] = []
        for number in 0..<97 {
            seen.append(choice.next())
            switch number {
            case 3: choice.note(thorough: 1000, quick: 1005)
            case 70: choice.note(thorough: 1000, quick: 1006)
            default: break
            }
        }
        var expected: [PlainChoice.Manner] = [.both] + Array(repeating: .thorough, count: 3)
        expected += Array(repeating: .quick, count: 28) + [.both] + Array(repeating: .quick, count: 31)
        expected += [.both] + Array(repeating: .quick, count: 6) + Array(repeating: .thorough, count: 25)
        #expect(seen == expected + [.both])
    }

    /// Words of eight bytes in random order, as zstd can halve.
    private func text(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        let words = (0..<4096).map { _ in random.bytes(8) }
        return (0..<count / 8).flatMap { _ in words[Int.random(in: 0..<words.count, using: &random)] }
    }

    @Test("of two manners the smaller record is kept", arguments: [1, 2] as [UInt64])
    func smaller(seed: UInt64) throws {
        let bytes = text(1 << 20, seed: seed)
        var encoder = try RecordEncoder(.automatic)
        let (thorough, none) = try encoder.plain(bytes, at: 0, level: 3, .thorough)
        let (quick, nothing) = try encoder.plain(bytes, at: 0, level: 3, .quick)
        let (both, found) = try encoder.plain(bytes, at: 0, level: 3, .both)
        #expect(none == nil && nothing == nil)
        let sizes = try #require(found)
        #expect(sizes == (thorough.payload.count, quick.payload.count))
        #expect(thorough.payload != quick.payload)
        #expect(both.payload.count == min(sizes.thorough, sizes.quick))
        var decompressor = try Decompressor()
        for record in [thorough, quick, both] {
            #expect(record.record.codec == .zstd)
            #expect(record.record.storedBytes == record.payload.count)
            let decoded = try decompressor.decompress(
                record.payload.span, prefix: [UInt8]().span, length: bytes.count)
            #expect(decoded == bytes)
        }
    }

    @Test("a level without a quick way has one manner", arguments: [1, 2, 5, 19])
    func oneManner(level: Int) throws {
        let bytes = text(64 << 10, seed: 1)
        var encoder = try RecordEncoder(.automatic)
        let (thorough, _) = try encoder.plain(bytes, at: 0, level: level, .thorough)
        for manner in [PlainChoice.Manner.quick, .both] {
            let (other, sizes) = try encoder.plain(bytes, at: 0, level: level, manner)
            #expect(other.payload == thorough.payload)
            #expect(sizes == nil)
        }
    }
}
