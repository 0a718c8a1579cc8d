extension ImageLayout {
    /// One block of an image.
    package struct Block: Equatable, Sendable {
        /// Among all blocks of the image.
        package let number: Int
        package let range: Range<Int>
    }

    /// The block that a byte is in; nil behind the image's end.
    package func block(at offset: Int) -> Block? {
        guard offset >= 0, offset < length else { return nil }
        let extent = last(extents.count) { extents[$0].offset <= offset }
        let index = (offset - extents[extent].offset) / extents[extent].blockSize
        return Block(number: firstBlocks[extent] + index, range: extents[extent].range(ofBlock: index))
    }

    /// Block size of the extent that a byte is in.
    package func blockSize(at offset: Int) -> Int {
        extents.isEmpty
            ? Extent.defaultBlockSize
            : extents[last(extents.count) { extents[$0].offset <= offset }].blockSize
    }

    /// Nil for a number that no block has.
    package func block(number: Int) -> Block? {
        guard number >= 0, number < blockCount else { return nil }
        let extent = last(extents.count) { firstBlocks[$0] <= number }
        return Block(number: number, range: extents[extent].range(ofBlock: number - firstBlocks[extent]))
    }

    /// The last of `count` numbers for which `holds`, which is so for the first and for none after one where it is not.
    private func last(_ count: Int, _ holds: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while high - low > 1 {
            let middle = (low + high) / 2
            if holds(middle) { low = middle } else { high = middle }
        }
        return low
    }
}
