package import Platform
package import StoreFormat

/// A block of an image whose content a pack has, whether a point refers to it or not.
package struct UploadedBlock: Equatable {
    package let range: Range<Int>
    package let fingerprint: Fingerprint
    package let frame: FrameID
    let record: Int
    /// Of its first byte in what the record decodes to.
    let offset: Int
    let depth: Int

    /// Layout: the frames; varint blocks; for each varint distance from the end of the block before, varint length, 16
    /// bytes of fingerprint, varints frame, record, offset, depth.
    static func encode(_ blocks: [Self], into writer: inout ByteWriter) {
        var frames = FrameList()
        let positions = blocks.map { frames.position(of: $0.frame) }
        frames.encode(into: &writer)
        writer.varint(blocks.count)
        var end = 0
        for (block, position) in zip(blocks, positions) {
            writer.varint(block.range.lowerBound - end)
            end = block.range.upperBound
            writer.varint(block.range.count)
            writer.append(block.fingerprint)
            for value in [position, block.record, block.offset, block.depth] { writer.varint(value) }
        }
    }

    static func parse(_ reader: inout ByteReader) throws(FormatError) -> [Self] {
        let frames = try FrameList(parsing: &reader).frames
        let count = try reader.varint("blocks", limit: JournalChunk.maximumBlocks)
        var blocks: [Self] = []
        var end = 0
        for _ in 0..<count {
            guard end <= MapEntry.maximumOffset else {
                throw .badField(field: "block", offset: reader.offset)
            }
            let start = end + (try reader.varint("block offset", limit: MapEntry.maximumOffset - end))
            let length = try reader.varint("block length", limit: Record.maximumBytes)
            end = start + length
            let fingerprint = try reader.fingerprint()
            let fieldStart = reader.offset
            let frame = try reader.varint("frame")
            guard frame < frames.count else { throw .badField(field: "frame", offset: fieldStart) }
            blocks.append(
                Self(
                    range: start..<end, fingerprint: fingerprint, frame: frames[frame],
                    record: try reader.varint("record", limit: Frame.maximumRecords - 1),
                    offset: try reader.varint("record offset", limit: Record.maximumBytes - length),
                    depth: try reader.varint("depth", limit: 255)))
        }
        return blocks
    }
}
