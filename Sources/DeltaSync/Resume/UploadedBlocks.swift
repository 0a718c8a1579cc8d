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

    /// Where the store has a block; nil when it has to be shipped.
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

    /// Whether a block that was found is in a frame.
    package func hasUsed(_ frame: FrameID) -> Bool {
        usedFrames.contains(frame)
    }
}
