/// Writes an object to a file section by section, and hashes it on the way.
///
/// docs/format/store.md, section 2. What it has written is durable only after ``OpenFile/sync()``.
package final class ObjectFileWriter {
    package let file: any OpenFile
    /// Bytes written so far.
    package private(set) var length = 0
    private var hasher = Optional(SHA256Hasher())
    private var lastSection = 0

    package init(_ header: ObjectHeader, into file: any OpenFile) throws(SystemError) {
        self.file = file
        try append(header.encoded.span)
    }

    package func section(
        _ tag: String, _ flags: Section.Flags, _ content: Span<UInt8>
    ) throws(SystemError) {
        lastSection = length
        try append(Section.header(tag, flags, length: content.count).span)
        try append(content)
    }

    /// Ends the object.
    ///
    /// - Returns: The SHA-256 of all its bytes.
    package func finish() throws(SystemError) -> Digest256 {
        try append(
            ObjectTrailer.head(lastSection: lastSection, length: length + ObjectTrailer.byteCount).span)
        if let digest = hasher?.digestSoFar() { try append(digest.bytes.span) }
        return hasher.take()?.finish() ?? Digest256([UInt8](repeating: 0, count: Digest256.byteCount).span)
    }

    private func append(_ bytes: Span<UInt8>) throws(SystemError) {
        hasher?.update(bytes)
        try file.write(bytes, at: length)
        length += bytes.count
    }
}
