/// Puts a small object together in memory: header, sections, trailer.
package struct ObjectBuilder: Sendable {
    private var writer = ByteWriter()
    private var lastSection = 0

    package init(_ header: ObjectHeader) { writer.append(header.encoded) }

    package mutating func section(_ tag: String, _ flags: Section.Flags, _ content: [UInt8]) {
        lastSection = writer.count
        writer.append(Section.header(tag, flags, length: content.count))
        writer.append(content)
    }

    /// The whole object, its digest over everything before it.
    package consuming func finish() -> [UInt8] {
        writer.append(
            ObjectTrailer.head(lastSection: lastSection, length: writer.count + ObjectTrailer.byteCount))
        writer.append(SHA256Hasher.hash(writer.bytes.span))
        return writer.bytes
    }
}
