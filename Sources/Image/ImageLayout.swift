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
