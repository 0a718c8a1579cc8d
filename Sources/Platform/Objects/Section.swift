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
