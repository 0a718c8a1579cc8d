internal import Platform

/// The header of a database, chosen from its two copies (format notes 1.2).
package struct HeaderPair: Equatable, Sendable, Encodable {
    /// Bytes from the start of a file that always hold both copies.
    package static let prefixBytes = 2 * PageSize.kib32.bytes

    /// Which of the two copies can be believed.
    package enum State: String, Equatable, Sendable, Encodable {
        case good
        /// Both intact but not the same, as a crash between the two writes leaves them; the primary counts.
        case shadowDiffers = "shadow differs"
        case shadowBad = "shadow bad"
        /// The shadow counts.
        case primaryBad = "primary bad"
    }

    package let header: DatabaseHeader
    package let pageSize: PageSize
    package let state: State

    /// Finds page size and header without trusting either copy.
    ///
    /// - Parameter prefix: The start of the file: ``prefixBytes``, or the whole file when it is shorter.
    /// - Throws: `.noValidHeader` when no checksum is right for any page size, else what is wrong with the
    ///   contents of the copy that counts.
    package static func find(in prefix: Span<UInt8>) throws(DatabaseHeaderError) -> HeaderPair {
        guard prefix.count >= PageSize.kib2.bytes else { throw .truncated(have: prefix.count) }
        for size in PageSize.allCases where isCopy(prefix, at: 0, size) {
            let state: State =
                if !isCopy(prefix, at: size.bytes, size) {
                    .shadowBad
                } else {
                    isSame(prefix, size) ? .good : .shadowDiffers
                }
            return try HeaderPair(prefix.extracting(0..<size.bytes), size, state)
        }
        for size in PageSize.allCases where isCopy(prefix, at: size.bytes, size) {
            return try HeaderPair(prefix.extracting(size.bytes..<size.bytes * 2), size, .primaryBad)
        }
        throw .noValidHeader
    }

    private init(_ page: Span<UInt8>, _ size: PageSize, _ state: State) throws(DatabaseHeaderError) {
        header = try DatabaseHeader(parsing: page)
        // 0: before 2001; 1: database; 5: temporary database.
        guard [0, 1, 5].contains(header.fileType), !header.isStreamingFile else {
            throw .notADatabase(fileType: header.isStreamingFile ? 2 : header.fileType)
        }
        pageSize = size
        self.state = state
    }

    /// True when there is a whole header of page size `size` at `offset`.
    private static func isCopy(_ prefix: Span<UInt8>, at offset: Int, _ size: PageSize) -> Bool {
        guard prefix.count >= offset + size.bytes else { return false }
        let page = prefix.extracting(offset..<offset + size.bytes)
        return page.uint32(at: 4) == DatabaseHeader.magic && PageSize(field: page.uint32(at: 236)) == size
            && PageChecksum.isHeaderSumRight(page)
    }

    private static func isSame(_ prefix: Span<UInt8>, _ size: PageSize) -> Bool {
        PageKernel.isSame(
            prefix.extracting(0..<size.bytes), prefix.extracting(size.bytes..<size.bytes * 2))
    }
}
