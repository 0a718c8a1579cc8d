package import Platform

/// The table in front of a frame's payloads (docs/format/pack.md, section 3).
///
/// Layout: the frames its bases lie in (``FrameList``), then for each record: codec (1 byte), zigzag of its
/// image offset against the end of the record before, varint length, varint stored bytes; for a delta
/// varint slices, each varint position of its frame, record, offset, length.
package enum RecordTable {
    package static func encode(_ records: [Record]) -> [UInt8] {
        var frames = FrameList()
        var rows = ByteWriter()
        var previousEnd = 0
        for record in records {
            rows.uint8(record.codec.rawValue)
            rows.signedVarint(record.imageOffset - previousEnd)
            rows.varint(record.length)
            rows.varint(record.storedBytes)
            previousEnd = record.imageOffset + record.length
            guard record.codec == .delta else { continue }
            rows.varint(record.base.count)
            for slice in record.base {
                rows.varint(frames.position(of: slice.frame))
                rows.varint(slice.record)
                rows.varint(slice.offset)
                rows.varint(slice.length)
            }
        }
        var writer = ByteWriter()
        frames.encode(into: &writer)
        writer.append(rows.bytes)
        return writer.bytes
    }

    /// - Parameter frame: The frame the table belongs to: a base in it would never end.
    package static func parse(
        _ reader: inout ByteReader, count: Int, of frame: FrameID
    ) throws(FormatError) -> [Record] {
        let frames = try FrameList(parsing: &reader)
        guard !frames.frames.contains(frame) else {
            throw .badField(field: "base frame", offset: reader.offset)
        }
        guard count <= reader.remaining / 4 else {
            throw .badField(field: "record count", offset: reader.offset)
        }
        var records: [Record] = []
        records.reserveCapacity(count)
        var previousEnd = 0
        for _ in 0..<count {
            let start = reader.offset
            guard let codec = Record.Codec(rawValue: try reader.uint8()) else {
                throw .badField(field: "codec", offset: start)
            }
            let offset = try reader.signedVarint("image offset", from: previousEnd, limit: 1 << 60)
            let length = try reader.varint("record length", limit: Record.maximumBytes)
            let stored = try reader.varint("stored bytes", limit: Frame.maximumPayloadBytes)
            guard codec != .stored || stored == length || stored == 0 else {
                throw .badField(field: "stored bytes", offset: start)
            }
            previousEnd = offset + length
            records.append(
                Record(
                    codec: codec, imageOffset: offset, length: length, storedBytes: stored,
                    base: codec == .delta ? try slices(&reader, frames.frames) : []))
        }
        try reader.finish()
        return records
    }

    private static func slices(
        _ reader: inout ByteReader, _ frames: [FrameID]
    ) throws(FormatError) -> [Record.Slice] {
        let start = reader.offset
        let count = try reader.varint("slices", limit: Record.maximumSlices)
        guard count > 0 else { throw .badField(field: "slices", offset: start) }
        var slices: [Record.Slice] = []
        // A delta is against the block it replaces, and no block is larger than a record.
        var left = Record.maximumBytes
        for _ in 0..<count {
            let frame = try reader.varint("base frame")
            let record = try reader.varint("base record", limit: Frame.maximumRecords - 1)
            let offset = try reader.varint("base offset", limit: Record.maximumBytes)
            let length = try reader.varint("base length", limit: Record.maximumBytes - offset)
            guard frame < frames.count else { throw .badField(field: "base frame", offset: start) }
            guard length <= left else { throw .badField(field: "base length", offset: start) }
            left -= length
            slices.append(Record.Slice(frame: frames[frame], record: record, offset: offset, length: length))
        }
        return slices
    }
}
