internal import Platform

extension ImageLayout {
    /// One block of an image.
    package struct Block: Equatable, Sendable {
        /// Among all blocks of the image.
        package let number: Int
        package let range: Range<Int>
    }

    /// Number of the extent that a byte is in; nil behind the image's end.
    package func extent(at offset: Int) -> Int? {
        guard offset >= 0, offset < length else { return nil }
        // The last that starts no later: empty ones before it start there as well.
        return extents.partitioningIndex { $0.offset > offset } - 1
    }

    /// The block that a byte is in; nil behind the image's end.
    package func block(at offset: Int) -> Block? {
        guard let extent = extent(at: offset) else { return nil }
        let index = (offset - extents[extent].offset) / extents[extent].blockSize
        return Block(number: firstBlocks[extent] + index, range: extents[extent].range(ofBlock: index))
    }

    /// Block size of the extent that a byte is in.
    package func blockSize(at offset: Int) -> Int {
        extent(at: offset).map { extents[$0].blockSize } ?? Extent.defaultBlockSize
    }

    /// Nil for a number that no block has.
    package func block(number: Int) -> Block? {
        guard number >= 0, number < blockCount else { return nil }
        let extent = firstBlocks.partitioningIndex { $0 > number } - 1
        return Block(number: number, range: extents[extent].range(ofBlock: number - firstBlocks[extent]))
    }
}
