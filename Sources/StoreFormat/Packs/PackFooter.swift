package import Platform

/// Where a pack's frames are, from the end of the pack (docs/format/pack.md, section 4).
package struct PackFooter: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let frame: FrameID
        /// Where the frame's content starts in the pack.
        package let offset: Int
        package let length: Int
        package let records: Int

        package init(frame: FrameID, offset: Int, length: Int, records: Int) {
            self.frame = frame
            self.offset = offset
            self.length = length
            self.records = records
        }
    }
    package var entries: [Entry] = []
    package static let maximumBytes = 1 << 20
    /// Most bytes one entry takes: frame id, and three varints below 2^28.
    package static let maximumEntryBytes = FrameID.byteCount + 4 + 4 + 4

    package init() {}

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.varint(entries.count)
        for entry in entries {
            entry.frame.encode(into: &writer)
            writer.varint(entry.offset)
            writer.varint(entry.length)
            writer.varint(entry.records)
        }
        return writer.bytes
    }

    /// - Parameter packBytes: Length of the pack; no frame may lie outside.
    package init(parsing bytes: [UInt8], packBytes: Int) throws(FormatError) {
        var reader = ByteReader(bytes)
        let count = try reader.varint("frames", limit: reader.remaining)
        for _ in 0..<count {
            let frame = try FrameID(parsing: &reader)
            let offset = try reader.varint("frame offset", limit: packBytes)
            let length = try reader.varint("frame length", limit: min(packBytes - offset, Frame.maximumBytes))
            let records = try reader.varint("records", limit: Frame.maximumRecords)
            entries.append(Entry(frame: frame, offset: offset, length: length, records: records))
        }
        try reader.finish()
    }
}
