internal import Platform

/// The kind of an ESE file, determined by its content and never by its name.
package enum FileKind: Equatable, Sendable {
    case database
    /// The obsolete companion of an Exchange 2000 database.
    case streamingFile
    case log
    /// Nothing yet: all zero, or the fill pattern of a log made ahead of need.
    case unwritten
    case checkpoint
    case flushMap
    case temporaryDatabase
    /// An ESE header with a right checksum and a type that a backup leaves alone.
    case otherESE(fileType: UInt32)
    case other

    /// Bytes from the start of a file that suffice.
    package static let prefixBytes = HeaderPair.prefixBytes
    private static let flushMapHeaderBytes = 8192
    /// Place of the file type in every ESE header since 2001.
    private static let typeOffset = 667

    /// - Parameter prefix: The start of the file: ``prefixBytes``, or the whole file when it is shorter.
    package static func sniff(_ prefix: Span<UInt8>) -> FileKind {
        if let kind = databaseKind(prefix) { return kind }
        if isHeader(prefix, flushMapHeaderBytes), prefix.uint32(at: typeOffset) == 7 { return .flushMap }
        guard prefix.count >= LogHeader.byteCount else { return .other }
        let header = prefix.extracting(0..<LogHeader.byteCount)
        if PageChecksum.isHeaderSumRight(header) {
            if LogHeader.isPlausible(header) { return .log }
            if (try? CheckpointHeader(parsing: prefix)) != nil { return .checkpoint }
            return .otherESE(fileType: header.uint32(at: typeOffset))
        }
        // A torn checkpoint has its second copy still; nothing else is exactly two copies long.
        if prefix.count == CheckpointHeader.byteCount, (try? CheckpointHeader(parsing: prefix)) != nil {
            return .checkpoint
        }
        return LogReserve.isUnused(header) ? .unwritten : .other
    }

    private static func databaseKind(_ prefix: Span<UInt8>) -> FileKind? {
        do throws(DatabaseHeaderError) {
            let pair = try HeaderPair.find(in: prefix)
            return pair.header.isTemporary ? .temporaryDatabase : .database
        } catch {
            switch error {
            case .notADatabase(fileType: 2): return .streamingFile
            case .notADatabase(let type): return .otherESE(fileType: type)
            // An intact header of a format before 1997 is still a database.
            case .unsupportedVersion: return .database
            case .truncated, .wrongMagic, .badPageSize, .noValidHeader: return nil
            }
        }
    }

    private static func isHeader(_ prefix: Span<UInt8>, _ count: Int) -> Bool {
        prefix.count >= count && PageChecksum.isHeaderSumRight(prefix.extracting(0..<count))
    }
}
