package import Platform

/// The extents of an image, in order; together they cover every byte.
package struct ImageLayout: Hashable, Sendable {
    package static let maximumExtents = 1 << 19
    /// 1 EiB: beyond any file, and far from the edge of a 64-bit integer.
    package static let maximumLength = 1 << 60

    package let extents: [Extent]
    /// Number of the first block of each extent, and after the last one the number of blocks in all.
    package let firstBlocks: [Int]

    /// - Throws: `badField` when the extents do not follow each other without a gap.
    package init(_ extents: [Extent]) throws(FormatError) {
        var blocks = [0]
        var end = 0
        for extent in extents {
            guard extent.offset == end, extent.length >= 0, extent.length <= Self.maximumLength - end else {
                throw .badField(field: "extent", offset: end)
            }
            guard (1...Extent.largestBlockSize).contains(extent.blockSize) else {
                throw .badField(field: "block size", offset: end)
            }
            end = extent.end
            blocks.append((blocks.last ?? 0) + extent.blockCount)
        }
        self.extents = extents
        firstBlocks = blocks
    }

    /// Length of the image in bytes.
    package var length: Int { extents.last?.end ?? 0 }
    package var blockCount: Int { firstBlocks.last ?? 0 }

    /// Layout (docs/format/signature.md, section 1): varint count, then for each extent kind (1 byte), name, varint length, varint block size.
    package func encode(into writer: inout ByteWriter) {
        writer.varint(extents.count)
        for extent in extents {
            writer.uint8(extent.key.kind.rawValue)
            writer.string(extent.key.name)
            writer.varint(extent.length)
            writer.varint(extent.blockSize)
        }
    }

    package init(parsing reader: inout ByteReader) throws(FormatError) {
        let count = try reader.varint("extents", limit: Self.maximumExtents)
        var extents: [Extent] = []
        var offset = 0
        for _ in 0..<count {
            let start = reader.offset
            guard let kind = Extent.Key.Kind(rawValue: try reader.uint8()) else {
                throw .badField(field: "extent kind", offset: start)
            }
            let name = try reader.string("member name", limit: 4096)
            let length = try reader.varint("extent length", limit: Self.maximumLength - offset)
            let blockSize = try reader.varint("block size", limit: Extent.largestBlockSize)
            extents.append(
                Extent(key: .init(kind, name), offset: offset, length: length, blockSize: blockSize))
            offset += length
        }
        try self.init(extents)
    }
}

extension ImageLayout {
    /// One block of an image.
    package struct Block: Equatable, Sendable {
        /// Among all blocks of the image.
        package let number: Int
        package let range: Range<Int>
    }

    /// Number of the extent that a byte is in; nil after the image's end.
    package func extent(at offset: Int) -> Int? {
        guard offset >= 0, offset < length else { return nil }
        // The last that starts no later: empty ones before it start there as well.
        return extents.partitioningIndex { $0.offset > offset } - 1
    }

    /// The block that a byte is in; nil after the image's end.
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

/// A part of an image with a block grid of its own.
///
/// Database members have blocks of the database's page size, all else 8 KiB; the last block may be short.
package struct Extent: Hashable, Sendable {
    /// The block size of everything that is not a database.
    package static let defaultBlockSize = 8192
    package static let largestBlockSize = 1 << 20

    /// The identity of an extent, which stays the same from one image to the next.
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
