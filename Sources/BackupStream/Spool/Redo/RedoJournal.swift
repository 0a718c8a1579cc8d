internal import Platform

/// Records the writes that turn an old base into the new one.
///
/// A whole and durable journal has its final name; from then on the base may be half of each, and writing all
/// records again, as often as need be, makes it the new one. Layout (docs/format/image.md, section 5): magic, the
/// old name, the new length, then records of offset, length and check value with their bytes, the last one empty.
enum RedoJournal {
    static let ending = "redo"
    private static let magic: [UInt8] = Array("HRREDO1\n".utf8)
    private static let nameBytes = 25
    private static let headBytes = 8 + nameBytes + 8
    private static let recordBytes = 8 + 8 + 8
    static let maximumRecordBytes = 1 << 20

    struct Head: Equatable {
        let old: SpoolName
        /// Bytes of the new image.
        let length: Int
    }

    struct Writer {
        private let file: any OpenFile
        private var offset = 0

        init(_ file: any OpenFile, _ head: Head) throws(SystemError) {
            self.file = file
            var writer = ByteWriter()
            writer.append(magic)
            writer.append(Array(head.old.description.utf8))
            writer.uint64(head.length)
            try append(writer.bytes.span)
        }

        /// - Parameter bytes: At most ``RedoJournal/maximumRecordBytes``, not empty.
        mutating func record(_ bytes: Span<UInt8>, at place: Int) throws(SystemError) {
            var head = ByteWriter()
            head.uint64(place)
            head.uint64(bytes.count)
            head.uint64(CheckValue.of(bytes))
            try append(head.bytes.span)
            try append(bytes)
        }

        mutating func finish() throws(SystemError) {
            try record([UInt8]().span, at: 0)
            try file.sync()
        }

        private mutating func append(_ bytes: Span<UInt8>) throws(SystemError) {
            try file.write(bytes, at: offset)
            offset += bytes.count
        }
    }

    /// Nil when the file does not begin like a journal.
    static func head(of file: any OpenFile) throws(SystemError) -> Head? {
        guard let bytes = try bytes(file, at: 0, count: headBytes), Array(bytes[..<8]) == magic,
            let name = SpoolName(String(decoding: bytes[8..<8 + nameBytes], as: UTF8.self))
        else { return nil }
        let length = bytes.span.uint64(at: 8 + nameBytes)
        guard length <= UInt64(Int.max / 2) else { return nil }
        return Head(old: name, length: Int(length))
    }

    /// Calls `body` with every record in turn.
    ///
    /// - Returns: False when the journal is not whole.
    static func replay(
        _ file: any OpenFile, _ head: Head, _ body: (Span<UInt8>, Int) throws(SystemError) -> Void
    ) throws(SystemError) -> Bool {
        var offset = headBytes
        while let record = try bytes(file, at: offset, count: recordBytes) {
            let place = record.span.uint64(at: 0)
            let count = record.span.uint64(at: 8)
            if count == 0 { return true }
            guard count <= UInt64(maximumRecordBytes), place <= UInt64(head.length),
                count <= UInt64(head.length) - place,
                let content = try bytes(file, at: offset + recordBytes, count: Int(count)),
                CheckValue.of(content.span) == record.span.uint64(at: 16)
            else { return false }
            try body(content.span, Int(place))
            offset += recordBytes + content.count
        }
        return false
    }

    /// Nil when the file ends before.
    private static func bytes(_ file: any OpenFile, at offset: Int, count: Int) throws(SystemError)
        -> [UInt8]?
    {
        var buffer = [UInt8](repeating: 0, count: count)
        var target = buffer.mutableSpan
        return try file.read(into: &target, at: offset) == count ? buffer : nil
    }
}
