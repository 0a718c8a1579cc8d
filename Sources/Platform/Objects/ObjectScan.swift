/// Reads an object section by section and proves it, without ever holding more than one section.
package struct ObjectScan<Failure: Error> {
    private static var pieceBytes: Int { 1 << 20 }

    private let length: Int
    private let format: (FormatError) -> Failure
    private let read: (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]

    /// - Parameters:
    ///   - length: Of the object in bytes.
    ///   - read: Gives `count` bytes from an offset, at most 1 MiB at once.
    package init(
        length: Int, format: @escaping (FormatError) -> Failure,
        read: @escaping (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]
    ) {
        self.length = length
        self.format = format
        self.read = read
    }

    /// The parsed form of an object's sections.
    package struct Sections {
        /// Most bytes of each section that is wanted, by tag.
        package let wanted: [String: Int]
        /// Tags that are passed over although they may be mandatory.
        package let skipped: Set<String>

        package init(_ wanted: [String: Int], skipping skipped: Set<String> = []) {
            self.wanted = wanted
            self.skipped = skipped
        }
    }

    /// Calls `body` with each section that is wanted and where its content starts, in order.
    ///
    /// The results of `body` count only once this has returned, because the object's digest is at its end.
    /// - Parameters:
    ///   - sections: Those this reader understands. Others are skipped, or refused if mandatory.
    /// - Returns: The SHA-256 of all bytes of the object, which is the name of some.
    package func run(
        _ type: ObjectType, job: Identifier, _ sections: Sections,
        _ body: (_ tag: String, _ start: Int, _ content: [UInt8]) throws(FormatError) -> Void
    ) throws(Failure) -> Digest256 {
        var hasher = SHA256Hasher()
        let end = length - ObjectTrailer.byteCount
        guard end >= ObjectHeader.byteCount else {
            throw format(
                .truncated(
                    offset: max(0, length), needed: ObjectHeader.byteCount + ObjectTrailer.byteCount,
                    available: max(0, length)))
        }
        let head = try read(0, ObjectHeader.byteCount)
        hasher.update(head)
        try parsing(type) { () throws(FormatError) in
            guard try ObjectHeader(parsing: head, expecting: type).job == job else {
                throw .badField(field: "job id", offset: 16)
            }
        }
        var offset = ObjectHeader.byteCount
        while offset < end {
            guard end - offset >= Section.headerBytes else {
                throw format(
                    .truncated(offset: offset, needed: Section.headerBytes, available: end - offset))
            }
            let head = try read(offset, Section.headerBytes)
            hasher.update(head)
            offset += Section.headerBytes
            let (tag, isWanted, count) = try parsing(type) {
                () throws(FormatError) in try header(head, sections, offset..<end)
            }
            let content = try take(count, at: offset, keeps: isWanted, &hasher)
            if isWanted { try parsing(type) { () throws(FormatError) in try body(tag, offset, content) } }
            offset += count
        }
        let trailer = try read(end, ObjectTrailer.byteCount)
        hasher.update(trailer.span.extracting(0..<ObjectTrailer.headBytes))
        let digest = hasher.digestSoFar()
        try parsing(type) { () throws(FormatError) in
            let trailer = try ObjectTrailer(parsing: trailer)
            guard trailer.length == length else {
                throw .truncated(offset: length, needed: trailer.length, available: length)
            }
            guard trailer.digest == digest else { throw .digestMismatch(of: type.name) }
        }
        hasher.update(digest.bytes)
        return hasher.finish()
    }

    private func header(
        _ bytes: [UInt8], _ sections: Sections, _ rest: Range<Int>
    ) throws(FormatError) -> (tag: String, isWanted: Bool, count: Int) {
        var reader = ByteReader(bytes)
        let (tag, flags, count) = try Section.parseHeader(&reader)
        guard count <= rest.count else {
            throw .truncated(offset: rest.lowerBound, needed: count, available: rest.count)
        }
        let limit = sections.wanted[tag]
        guard limit != nil || sections.skipped.contains(tag) || !flags.contains(.mandatory) else {
            throw .unknownMandatorySection(tag: tag)
        }
        if let limit, count > limit {
            throw .overLimit(field: "section \(tag)", value: UInt64(count), limit: UInt64(limit))
        }
        return (tag, limit != nil, count)
    }

    private func take(
        _ count: Int, at offset: Int, keeps: Bool, _ hasher: inout SHA256Hasher
    ) throws(Failure) -> [UInt8] {
        var content: [UInt8] = []
        var done = 0
        while done < count {
            let piece = try read(offset + done, min(count - done, Self.pieceBytes))
            hasher.update(piece)
            done += piece.count
            if keeps, content.isEmpty { content = piece } else if keeps { content += piece }
        }
        return content
    }

    private func parsing<R>(
        _ type: ObjectType, _ body: () throws(FormatError) -> R
    ) throws(Failure) -> R {
        do throws(FormatError) { return try body() } catch {
            // A flipped bit looks like something newer, and is damage.
            if error.isIncompatibility, try !isWhole() { throw format(.digestMismatch(of: type.name)) }
            throw format(error)
        }
    }

    /// Compares the digest at the end with the bytes before it, as in every version.
    private func isWhole() throws(Failure) -> Bool {
        var hasher = SHA256Hasher()
        let end = length - Digest256.byteCount
        _ = try take(end, at: 0, keeps: false, &hasher)
        return try read(end, Digest256.byteCount) == hasher.finish().bytes
    }
}
