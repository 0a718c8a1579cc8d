internal import Platform

/// The first page of a flush map, the `.jfm` next to a database (format notes 4.1).
package struct FlushMapHeader: Equatable, Sendable, Encodable {
    /// Length of every page of a flush map.
    package static let byteCount = 8192
    /// The file type that every header of a flush map has.
    static let fileType: UInt32 = 7
    private static let cleanFlag: UInt32 = 1

    package let version: UInt32
    /// True when the map was closed together with its database.
    package let isClean: Bool
    package let databaseSignature: Signature
    package let mapSignature: Signature

    /// - Parameter page: The first ``byteCount`` bytes of the file, or the whole file when it is shorter.
    package init(parsing page: Span<UInt8>) throws(FlushMapError) {
        guard page.count >= Self.byteCount else { throw .truncated }
        let page = page.extracting(0..<Self.byteCount)
        guard PageChecksum.isHeaderSumRight(page) else { throw .badHeader }
        guard page.uint32(at: 667) == Self.fileType else { throw .notAFlushMap }
        version = page.uint32(at: 4)
        isClean = page.uint32(at: 36) & Self.cleanFlag != 0
        databaseSignature = Signature(page, at: 88)
        mapSignature = Signature(page, at: 116)
    }

    /// True when this map was written for the database, and both were closed properly.
    ///
    /// One of the two flush signatures must be the same and not zero. Only then does what the map says of a
    /// page prove anything.
    package func isUsable(with database: DatabaseHeader) -> Bool {
        isClean && database.state == .cleanShutdown && belongs(to: database)
    }

    package func belongs(to database: DatabaseHeader) -> Bool {
        let pairs = [
            (databaseSignature, database.headerFlushSignature), (mapSignature, database.flushMapSignature),
        ]
        return pairs.contains { !$0.isUnset && $0 == $1 }
    }
}

/// Why the bytes of a flush map cannot be believed.
package enum FlushMapError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Shorter than its header, or not a whole number of pages.
    case truncated
    case badHeader
    /// An intact header of another kind of file.
    case notAFlushMap
    /// The sum of a page of states, counted from 0, is wrong.
    case badPage(Int)

    package var description: String {
        switch self {
        case .truncated: "it ends inside a page"
        case .badHeader: "its header has a wrong checksum"
        case .notAFlushMap: "its header is that of another kind of file"
        case .badPage(let index): "its page \(index) has a wrong checksum"
        }
    }
}
