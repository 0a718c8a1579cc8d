import Platform
import StoreFormat
import TestSupport
import Testing

/// What a map segment refers to takes bounded memory, or the segment is refused.
@Suite struct MapReferenceLimitTests {
    /// A section of frames of one push, each with this bitmap.
    private func section(_ count: Int, bitmap: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        var frames = FrameList()
        for number in 0..<count { _ = frames.position(of: FrameID(push: 1, counter: UInt64(number))) }
        frames.encode(into: &writer)
        for _ in 0..<count {
            writer.varint(bitmap.count)
            writer.append(bitmap)
        }
        return writer.bytes
    }

    @Test func bitmapsBeyondTheLimitAreRefused() throws {
        // A table of 16 buckets of 24 bytes; 56 bytes a frame, and the words of its records.
        let bytes = section(12, bitmap: [UInt8](repeating: 1, count: 1_000))
        let held = 16 * 24 + 12 * (56 + 1_000)
        let found = try MapReferences.parse(bytes, segmentBytes: 1 << 20, limit: held)
        #expect(found.records.count == 12)
        #expect(
            throws: FormatError.overLimit(
                field: "map references", value: UInt64(held), limit: UInt64(held - 1))
        ) {
            try MapReferences.parse(bytes, segmentBytes: 1 << 20, limit: held - 1)
        }
    }

    @Test func framesBeyondTheLimitAreRefusedBeforeAnyBitmapIsRead() throws {
        let bytes = section(13, bitmap: [1])
        let held = 32 * 24 + 13 * 56
        #expect(throws: FormatError.overLimit(field: "map references", value: UInt64(held), limit: 1_000)) {
            try MapReferences.parse(bytes, segmentBytes: 1 << 20, limit: 1_000)
        }
    }

    @Test func allFramesThatAnAgentLetsAJobHaveFit() {
        let frames = 3 * 1_048_576 / 4 * 3
        #expect((1 << 22) * 24 + frames * (56 + 8) <= MapReferences.maximumHeldBytes)
    }
}
