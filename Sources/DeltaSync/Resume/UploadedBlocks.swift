internal import Image
package import Platform
package import StoreFormat

/// Finds blocks that earlier pushes have shipped, asked for in the order of the image.
package final class UploadedBlocks {
    /// Goes through the blocks of one push.
    private struct Cursor {
        let chunks: [Int]
        var nextChunk = 0
        var blocks: ArraySlice<UploadedBlock> = []

        /// The first block that does not start before `offset`.
        mutating func advance(to offset: Int, _ file: any OpenFile) -> UploadedBlock? {
            while true {
                while let block = blocks.first, block.range.lowerBound < offset { blocks.removeFirst() }
                if let block = blocks.first { return block }
                guard nextChunk < chunks.count,
                    case .blocks(let found)? = JournalChunk.read(file, at: chunks[nextChunk])?.chunk
                else { return nil }
                nextChunk += 1
                blocks = found[...]
            }
        }
    }

    private let file: any OpenFile
    private var cursors: [Cursor]
    /// The frames that are in the store.
    private let frames: FrameSet
    private var usedFrames = FrameSet()

    init(_ file: any OpenFile, _ pushes: [[Int]], _ frames: FrameSet) {
        self.file = file
        cursors = pushes.map { Cursor(chunks: $0) }
        self.frames = frames
    }

    /// The place of a block in the store; nil if it has to be shipped.
    package func find(_ block: Range<Int>, _ fingerprint: Fingerprint) -> MapEntry.Source? {
        for index in cursors.indices {
            guard let found = cursors[index].advance(to: block.lowerBound, file), found.range == block,
                found.fingerprint == fingerprint,
                frames.contains(found.frame)
            else { continue }
            usedFrames.insert(found.frame)
            return .record(
                frame: found.frame, record: found.record, offset: found.offset, depth: found.depth)
        }
        return nil
    }

    /// True if a block that was found is in a frame.
    package func hasUsed(_ frame: FrameID) -> Bool {
        usedFrames.contains(frame)
    }
}

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
