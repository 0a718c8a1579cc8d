package import Platform

/// Where the bytes of a range of an image are.
package struct MapEntry: Equatable, Sendable, RangePiece {
    package enum Source: Equatable, Sendable {
        case zero
        /// Inside record `record` of `frame`, from byte `offset` of what it decodes to.
        ///
        /// `depth` counts the deltas that must be applied: 0 for a plain record.
        case record(frame: FrameID, record: Int, offset: Int, depth: Int)
    }
    /// What one takes in a segment at most, unless its image is far larger than any.
    package static let usualBytes = 14

    package let offset: Int
    package let length: Int
    package let source: Source

    package init(offset: Int, length: Int, source: Source) {
        self.offset = offset
        self.length = length
        self.source = source
    }

    package func cut(to range: Range<Int>) -> Self? { moved(by: 0, keeping: range) }

    /// The part of the entry inside `range`, as it reads when it stands `distance` bytes further on.
    package func moved(by distance: Int, keeping range: Range<Int>) -> Self {
        let source: Source =
            switch self.source {
            case .zero: .zero
            case .record(let frame, let record, let start, let depth):
                .record(frame: frame, record: record, offset: start + range.lowerBound - offset, depth: depth)
            }
        return Self(offset: range.lowerBound + distance, length: range.count, source: source)
    }

    /// True when `next` goes on where this entry ends, in the image and in the record.
    private func continues(into next: Self) -> Bool {
        guard next.offset == end else { return false }
        switch (source, next.source) {
        case (.zero, .zero): return true
        case (.record(let frame, let record, let start, let depth), .record(let f, let r, let s, let d)):
            return frame == f && record == r && depth == d && s == start + length
        default: return false
        }
    }

    /// This entry and the next as one; nil when they are two.
    package func joined(with next: Self) -> Self? {
        continues(into: next) ? Self(offset: offset, length: length + next.length, source: source) : nil
    }

    /// Joins neighbours that are one.
    package static func coalesced(_ entries: [Self]) -> [Self] {
        var result: [Self] = []
        for entry in entries {
            if let joined = result.last?.joined(with: entry) {
                result[result.count - 1] = joined
            } else {
                result.append(entry)
            }
        }
        return result
    }
}

/// The `ENTS` sections of a map segment and the frames they name (docs/format/map.md, section 2).
package struct MapEntryEncoder {
    /// Entries in every section but the last.
    package static let perSection = 65_536

    /// Frames in the order in which entries first name them.
    private var frames = FrameList()
    /// Of each frame the records that entries refer to, bit r of byte r/8.
    private var bitmaps: [[UInt8]] = []
    private var section = ByteWriter()
    private(set) var count = 0
    private var previousEnd = 0

    mutating func add(_ entry: MapEntry) {
        section.varint(entry.offset - previousEnd)
        section.varint(entry.length)
        previousEnd = entry.end
        count += 1
        guard case .record(let frame, let record, let offset, let depth) = entry.source else {
            return section.varint(0)
        }
        let position = frames.position(of: frame)
        section.varint(position + 1)
        section.varint(record)
        section.varint(offset)
        section.varint(depth)
        if position == bitmaps.count { bitmaps.append([]) }
        while bitmaps[position].count <= record / 8 { bitmaps[position].append(0) }
        bitmaps[position][record / 8] |= 1 << UInt8(record % 8)
    }

    /// The entries since the last section, as one; the next one begins.
    mutating func finishSection() -> [UInt8] {
        var writer = ByteWriter(capacity: section.count + 4)
        writer.varint(count)
        writer.append(section.bytes)
        section = ByteWriter()
        count = 0
        previousEnd = 0
        return writer.bytes
    }

    /// The `FRMS` section: the frame list, then a bitmap of records for each frame.
    var encodedFrames: [UInt8] {
        var writer = ByteWriter()
        frames.encode(into: &writer)
        for bitmap in bitmaps {
            writer.varint(bitmap.count)
            writer.append(bitmap)
        }
        return writer.bytes
    }
}

extension MapEntry {
    package static let maximumOffset = 1 << 60

    /// Reads one `ENTS` section.
    ///
    /// - Parameter floor: Where the section before ends in the image.
    package static func parse(
        section: [UInt8], _ frames: [FrameID], floor: Int
    ) throws(FormatError) -> [MapEntry] {
        var reader = ByteReader(section)
        let count = try reader.varint("entries", limit: min(MapEntryEncoder.perSection, reader.remaining))
        var entries: [MapEntry] = []
        entries.reserveCapacity(count)
        var previousEnd = 0
        for _ in 0..<count {
            let start = reader.offset
            let offset = previousEnd + (try reader.varint("entry offset", limit: maximumOffset))
            let length = try reader.varint("entry length", limit: maximumOffset)
            guard offset >= floor, length > 0, offset <= maximumOffset else {
                throw .badField(field: "entry", offset: start)
            }
            previousEnd = offset + length
            let source = try source(&reader, length, frames, start)
            entries.append(MapEntry(offset: offset, length: length, source: source))
        }
        try reader.finish()
        return entries
    }

    private static func source(
        _ reader: inout ByteReader, _ length: Int, _ frames: [FrameID], _ start: Int
    ) throws(FormatError) -> Source {
        let frame = try reader.varint("frame", limit: frames.count)
        guard frame > 0 else { return .zero }
        let record = try reader.varint("record", limit: Frame.maximumRecords - 1)
        let offset = try reader.varint("record offset", limit: Record.maximumBytes)
        let depth = try reader.varint("depth", limit: 255)
        guard length <= Record.maximumBytes - offset else { throw .badField(field: "entry", offset: start) }
        return .record(frame: frames[frame - 1], record: record, offset: offset, depth: depth)
    }
}
