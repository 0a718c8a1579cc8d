/// A small object read whole: its digest checked, its sections apart.
package struct ParsedObject: Sendable {
    package let header: ObjectHeader
    package let sections: [Section]

    /// - Parameter known: Tags this reader understands. Others are skipped, or refused if mandatory.
    /// - Throws: That the digest is wrong before that the version is unknown: a flipped bit is damage, and nothing newer.
    package init(
        parsing bytes: [UInt8], expecting type: ObjectType, known: Set<String>
    ) throws(FormatError) {
        let header: ObjectHeader
        do throws(FormatError) { header = try ObjectHeader(parsing: bytes, expecting: type) } catch {
            if error.isIncompatibility { _ = try Self.proven(bytes, type) }
            throw error
        }
        self.header = header
        let end = try Self.proven(bytes, type)

        var reader = ByteReader(bytes, in: ObjectHeader.byteCount..<end)
        var sections: [Section] = []
        while !reader.isAtEnd {
            let (tag, flags, length) = try Section.parseHeader(&reader)
            let content = try reader.take(array: length)
            if known.contains(tag) {
                sections.append(Section(tag, flags, content))
            } else if flags.contains(.mandatory) {
                throw .unknownMandatorySection(tag: tag)
            }
        }
        self.sections = sections
    }

    /// Proves length and digest, which stand where they are in every version.
    ///
    /// - Returns: Where the sections end.
    private static func proven(_ bytes: [UInt8], _ type: ObjectType) throws(FormatError) -> Int {
        let end = bytes.count - ObjectTrailer.byteCount
        guard end >= ObjectHeader.byteCount else {
            throw .truncated(
                offset: bytes.count, needed: ObjectHeader.byteCount + ObjectTrailer.byteCount,
                available: bytes.count)
        }
        let trailer = try ObjectTrailer(parsing: Array(bytes[end...]))
        guard trailer.length == bytes.count else {
            throw .truncated(offset: bytes.count, needed: trailer.length, available: bytes.count)
        }
        let covered = bytes.span.extracting(0..<(end + ObjectTrailer.headBytes))
        guard SHA256Hasher.hash(covered) == trailer.digest else { throw .digestMismatch(of: type.name) }
        return end
    }

    package func section(_ tag: String) throws(FormatError) -> ByteReader {
        guard let found = sections.first(where: { $0.tag == tag }) else { throw .missingSection(tag: tag) }
        return ByteReader(found.content)
    }

    package func optionalSection(_ tag: String) -> ByteReader? {
        sections.first { $0.tag == tag }.map { ByteReader($0.content) }
    }
}

/// A typed, length-prefixed part of an object.
///
/// Layout (docs/format/store.md, section 2): 0..<4 tag, 4..<8 flags, 8..<16 length of the content, content.
package struct Section: Equatable, Sendable {
    package static let headerBytes = 16

    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }
        /// A reader that does not know the tag must refuse the object.
        package static let mandatory = Flags(rawValue: 1)
        /// Becomes unreadable without the job's keys once encryption exists.
        package static let isPrivate = Flags(rawValue: 2)
    }

    package let tag: String
    package let flags: Flags
    package let content: [UInt8]

    package init(_ tag: String, _ flags: Flags, _ content: [UInt8]) {
        precondition(tag.utf8.count == 4)
        self.tag = tag
        self.flags = flags
        self.content = content
    }

    /// The 16 bytes before the content.
    package static func header(_ tag: String, _ flags: Flags, length: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: headerBytes)
        writer.append(Array(tag.utf8))
        writer.uint32(flags.rawValue)
        writer.uint64(length)
        return writer.bytes
    }

    /// Reads the 16 bytes before a section's content.
    package static func parseHeader(
        _ reader: inout ByteReader
    ) throws(FormatError) -> (tag: String, flags: Flags, length: Int) {
        let start = reader.offset
        let letters = try reader.take(array: 4)
        guard letters.allSatisfy({ (0x30...0x5A).contains($0) }) else {
            throw .badField(field: "section tag", offset: start)
        }
        let flags = Flags(rawValue: try reader.uint32())
        return (String(decoding: letters, as: UTF8.self), flags, try reader.length("section length"))
    }
}
