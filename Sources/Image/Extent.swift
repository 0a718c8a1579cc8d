/// A part of an image with a block grid of its own.
///
/// Database members have blocks of the database's page size, all else 8 KiB; the last block may be short.
package struct Extent: Hashable, Sendable {
    /// The block size of everything that is not a database.
    package static let defaultBlockSize = 8192
    package static let largestBlockSize = 1 << 20

    /// What stays the same from one image to the next, however far its bytes move.
    package struct Key: Hashable, Sendable {
        package enum Kind: UInt8, Sendable {
            /// The data of a member, or all of an image that is not a tar.
            case data = 0
            /// The tar structure in front of a member's data, or after the last one.
            case structure = 1
        }
        package let kind: Kind
        /// The member's name; empty for an image that is not a tar, and for what follows the last member.
        package let name: String

        package init(_ kind: Kind, _ name: String) {
            self.kind = kind
            self.name = name
        }
    }

    package let key: Key
    /// Where it starts in the image, in bytes.
    package let offset: Int
    package let length: Int
    package let blockSize: Int

    package init(key: Key, offset: Int, length: Int, blockSize: Int) {
        self.key = key
        self.offset = offset
        self.length = length
        self.blockSize = blockSize
    }

    package var end: Int { offset + length }
    package var blockCount: Int { (length + blockSize - 1) / blockSize }

    /// The bytes of the image that block `index` of this extent covers.
    package func range(ofBlock index: Int) -> Range<Int> {
        let start = offset + index * blockSize
        return start..<min(start + blockSize, end)
    }

    /// The bytes of the image that neighbouring blocks of this extent cover; there is at least one of them.
    package func range(ofBlocks blocks: Range<Int>) -> Range<Int> {
        offset + blocks.lowerBound * blockSize..<min(offset + blocks.upperBound * blockSize, end)
    }
}
