import OffsiteStore
import Platform
import StoreFormat
import TestSupport
import Testing

/// A frame that was thinned in two ways has after joining what either had.
@Suite struct JoinedFrameTests {
    private static let id = FrameID(push: 7, counter: 9)

    /// Rows and payloads of a whole frame.
    private static func parts(_ generator: inout SeededGenerator) -> [(record: Record, payload: [UInt8])] {
        (0..<Int.random(in: 1...40, using: &generator)).map { number in
            let payload = generator.bytes(Int.random(in: 1...200, using: &generator))
            let isDelta = Bool.random(using: &generator)
            let slice = Record.Slice(
                frame: FrameID(push: 1, counter: UInt64(number % 3)), record: number, offset: 0, length: 4096)
            let record = Record(
                codec: isDelta ? .delta : .zstd, imageOffset: number * 4096, length: 4096,
                storedBytes: payload.count, base: isDelta ? [slice] : [])
            return (record, payload)
        }
    }

    /// As collection writes it when so much of it is needed.
    private static func frame(
        _ parts: [(record: Record, payload: [UInt8])], keeping kept: Set<Int>, id: FrameID = id
    ) -> [UInt8] {
        var builder = FrameBuilder(id, isThinned: kept.count < parts.count)
        for (number, part) in parts.enumerated() {
            if kept.contains(number) {
                _ = builder.append(part.record, payload: part.payload)
            } else {
                let husk = Record(
                    codec: .stored, imageOffset: part.record.imageOffset, length: part.record.length,
                    storedBytes: 0)
                _ = builder.append(husk, payload: [])
            }
        }
        return builder.finish()
    }

    @Test(arguments: UInt64(0)..<40)
    func twoCopiesMakeOneThatHasAllOfBoth(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let parts = Self.parts(&generator)
        func some() -> Set<Int> { Set(parts.indices.filter { _ in Bool.random(using: &generator) }) }
        let (one, other) = (some(), some())
        let (left, right) = (Self.frame(parts, keeping: one), Self.frame(parts, keeping: other))
        let both = Self.frame(parts, keeping: one.union(other))
        #expect(try Frame(parsing: left).joined(with: try Frame(parsing: right)) == both)
        #expect(try Frame(parsing: right).joined(with: try Frame(parsing: left)) == both)
        // Readers take the longest of several copies.
        #expect(both.count >= max(left.count, right.count))
        let rest = Set(parts.indices).subtracting(one)
        let complement = try Frame(parsing: Self.frame(parts, keeping: rest))
        #expect(
            try Frame(parsing: left).joined(with: complement)
                == Self.frame(parts, keeping: Set(parts.indices)))
    }

    @Test func framesThatAreNotTheSameAreNotJoined() throws {
        var generator = SeededGenerator(seed: 3)
        let parts = Self.parts(&generator)
        let all = Set(parts.indices)
        let frame = try Frame(parsing: Self.frame(parts, keeping: all))
        var changed = parts
        changed[0].payload[0] ^= 1
        let others = [
            Self.frame(parts, keeping: all, id: FrameID(push: 7, counter: 10)),
            Self.frame(changed, keeping: all),
            Self.frame(
                Array(parts.dropLast()), keeping: Set(all.dropFirst(0).filter { $0 < parts.count - 1 })),
        ]
        for other in others {
            #expect(throws: FormatError.self) { try frame.joined(with: try Frame(parsing: other)) }
        }
    }
}
