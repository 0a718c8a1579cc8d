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

/// Reads a pack's footer without reading the pack, and proves it.
package enum PackTail {
    /// - Parameter read: Gives `count` bytes of the pack from an offset.
    package static func footer<E: Error>(
        length: Int, job: Identifier, format: (FormatError) -> E,
        read: (_ offset: Int, _ count: Int) throws(E) -> [UInt8]
    ) throws(E) -> PackFooter {
        let trailerStart = length - ObjectTrailer.byteCount
        guard trailerStart >= ObjectHeader.byteCount + Section.headerBytes, length <= PackBuilder.maximumBytes
        else {
            throw format(.badField(field: "pack length", offset: length))
        }
        let head = try read(0, ObjectHeader.byteCount)
        let trailerBytes = try read(trailerStart, ObjectTrailer.byteCount)
        let trailer: ObjectTrailer
        do throws(FormatError) {
            trailer = try ObjectTrailer(parsing: trailerBytes)
            guard trailer.length == length, trailer.lastSection >= ObjectHeader.byteCount,
                trailer.lastSection <= trailerStart - Section.headerBytes,
                trailerStart - trailer.lastSection <= Section.headerBytes + PackFooter.maximumBytes
            else { throw .badField(field: "trailer", offset: trailerStart) }
        } catch { throw format(error) }
        let section = try read(trailer.lastSection, trailerStart - trailer.lastSection)
        do throws(FormatError) {
            let covered = head + section + trailerBytes[..<ObjectTrailer.headBytes]
            guard SHA256Hasher.hash(covered.span) == trailer.digest else {
                throw .digestMismatch(of: "pack footer")
            }
            let header = try ObjectHeader(parsing: head, expecting: .pack)
            guard header.job == job else { throw .badField(field: "job id", offset: 16) }
            var reader = ByteReader(section)
            let (tag, _, count) = try Section.parseHeader(&reader)
            guard tag == "FOOT", count == reader.remaining else { throw .missingSection(tag: "FOOT") }
            return try PackFooter(parsing: try reader.take(array: count), packBytes: length)
        } catch { throw format(error) }
    }
}
