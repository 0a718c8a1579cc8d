package import BitCollections
package import Platform

/// The frames and records that a map segment refers to, from its public part alone.
package enum MapReferences {
    /// Fewest bytes of an entry that refers to a record: six varints.
    private static let minimumEntryBytes = 6
    /// Of memory for what a segment refers to: all frames that an agent lets a job have, with up to 64 records each.
    package static let maximumHeldBytes = 240 << 20
    /// What a frame takes in the list, and next to the words of its records.
    private static let bytesPerFrame = FrameID.byteCount + 40
    /// What it takes in the table, of which a quarter is empty.
    private static let bytesPerBucket = FrameID.byteCount + 8

    /// What is held of a segment.
    private static var publicSections: [String: Int] { MapSegment.sections.filter { $0.key == "FRMS" } }

    /// Goes through a segment of `length` bytes once, proving it.
    ///
    /// - Throws: What `read` throws, and what `format` makes of bytes that are no segment of the name `expected`.
    package static func read<E: Error>(
        length: Int, job: Identifier, expected: Digest256, format: @escaping (FormatError) -> E,
        read: @escaping (_ offset: Int, _ count: Int) throws(E) -> [UInt8]
    ) throws(E) -> [FrameID: BitSet] {
        guard length <= Point.Segment.maximumBytes else {
            throw format(
                .overLimit(
                    field: "map", value: UInt64(max(0, length)), limit: UInt64(Point.Segment.maximumBytes)))
        }
        var found: [FrameID: BitSet]?
        let name = try ObjectScan(length: length, format: format, read: read).run(
            .map, job: job, .init(publicSections, skipping: Set(MapSegment.sections.keys))
        ) { (tag, _, content) throws(FormatError) in
            if tag == "FRMS" { found = try parse(content, segmentBytes: length).records }
        }
        guard name == expected else { throw format(.digestMismatch(of: "map")) }
        guard let found else { throw format(.missingSection(tag: "FRMS")) }
        return found
    }

    /// Reads the `FRMS` section.
    ///
    /// - Returns: The frames in the order in which entries number them, and the records of each.
    /// - Throws: `overLimit` for what would take more than `limit` bytes of memory.
    package static func parse(
        _ section: [UInt8], segmentBytes: Int, limit: Int = maximumHeldBytes
    ) throws(FormatError) -> (frames: [FrameID], records: [FrameID: BitSet]) {
        var reader = ByteReader(section)
        let frames = try FrameList(parsing: &reader).frames
        var held = tableBytes(of: frames.count) + frames.count * bytesPerFrame
        func requireRoom() throws(FormatError) {
            guard held <= limit else {
                throw .overLimit(field: "map references", value: UInt64(held), limit: UInt64(limit))
            }
        }
        try requireRoom()
        var found: [FrameID: BitSet] = [:]
        found.reserveCapacity(frames.count)
        // Every record referred to has an entry, so that few bytes cannot name a great many of them.
        var left = segmentBytes / minimumEntryBytes
        for frame in frames {
            let start = reader.offset
            let bitmap = try reader.take(array: try reader.varint("bitmap", limit: Frame.maximumRecords / 8))
            held += (bitmap.count + 7) / 8 * 8
            try requireRoom()
            var records = BitSet(reservingCapacity: bitmap.count * 8)
            for (index, byte) in bitmap.enumerated() {
                for bit in 0..<8 where byte >> UInt8(bit) & 1 == 1 { records.insert(index * 8 + bit) }
            }
            guard records.count <= left else { throw .badField(field: "bitmap", offset: start) }
            left -= records.count
            found[frame] = records
        }
        try reader.finish()
        return (frames, found)
    }

    /// A table has a power of two of buckets, of which at most three quarters are taken.
    private static func tableBytes(of count: Int) -> Int {
        var buckets = 1
        while buckets / 4 * 3 < count { buckets *= 2 }
        return buckets * bytesPerBucket
    }
}
