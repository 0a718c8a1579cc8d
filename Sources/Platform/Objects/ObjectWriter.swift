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

/// Writes an object to a file section by section, and hashes it on the way.
///
/// docs/format/store.md, section 2. What it has written is durable only after ``OpenFile/sync()``.
package final class ObjectFileWriter {
    package let file: any OpenFile
    private var length = 0
    /// Nil once the object has ended.
    private var hasher = Optional(SHA256Hasher())
    private var lastSection = 0

    package init(_ header: ObjectHeader, into file: any OpenFile) throws(SystemError) {
        self.file = file
        try append(header.encoded.span)
    }

    /// - Returns: Where the content starts in the file.
    @discardableResult
    package func section(
        _ tag: String, _ flags: Section.Flags, _ content: Span<UInt8>
    ) throws(SystemError) -> Int {
        lastSection = length
        try append(Section.header(tag, flags, length: content.count).span)
        let start = length
        try append(content)
        return start
    }

    /// Ends the object.
    package func finish() throws(SystemError) {
        try append(
            ObjectTrailer.head(lastSection: lastSection, length: length + ObjectTrailer.byteCount).span)
        if let digest = hasher.take()?.finish() { try append(digest.bytes.span) }
    }

    private func append(_ bytes: Span<UInt8>) throws(SystemError) {
        hasher?.update(bytes)
        try file.write(bytes, at: length)
        length += bytes.count
    }
}
