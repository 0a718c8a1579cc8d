internal import Platform

/// The extra last page of a database copied by the streaming backup (format notes 6.4).
///
/// Not a database page: its checksum is a header's.
package struct BackupTrailer: Equatable, Sendable, Encodable {
    /// Here the high generation is the newest log when the database copy ended.
    package let backup: BackupInfo
    package let signature: Signature
    package let logSignature: Signature
    /// These five are zero in copies made by older engines.
    package let minimumRequired: UInt32
    package let maximumRequired: UInt32
    package let committed: UInt32
    package let maximumCreated: LogTime
    package let committedCreated: LogTime

    /// True for a page that looks like a trailer and has a trailer's checksum.
    ///
    /// - Parameter page: One whole page.
    package static func isTrailer(_ page: Span<UInt8>) -> Bool {
        [4, 8, 12, 24].allSatisfy { page.uint32(at: $0) == 0 } && PageChecksum.isHeaderSumRight(page)
            && page.uint32(at: 0) != 0
    }

    /// Nil when the page is no trailer.
    ///
    /// - Parameter page: The last page of the file, whole.
    package init?(parsing page: Span<UInt8>) {
        guard PageSize(rawValue: page.count) != nil, Self.isTrailer(page) else { return nil }
        backup = BackupInfo(page, at: 40)
        signature = Signature(page, at: 64)
        logSignature = Signature(page, at: 92)
        minimumRequired = page.uint32(at: 120)
        maximumRequired = page.uint32(at: 124)
        committed = page.uint32(at: 128)
        maximumCreated = LogTime(page, at: 132)
        committedCreated = LogTime(page, at: 140)
    }

    /// True when this trailer was written by the backup that wrote `header`; otherwise restore fails with -552.
    package func matches(_ header: DatabaseHeader) -> Bool {
        let marked = header.backups.currentFull
        return signature == header.signature && logSignature == header.logSignature
            && backup.mark == marked.mark && backup.time == marked.time
            && backup.lowGeneration == marked.lowGeneration
    }
}

/// The file that the engine's own backup leaves next to the copy of a database, `NAME.pat` (format notes 6.4).
///
/// A restore looks for `*.pat` and takes the names of the databases from there, so even an empty one belongs to its set.
package enum PatchFile: Equatable, Sendable {
    /// More than the longest file that holds only a trailer.
    package static let prefixBytes = 2 * PageSize.kib32.bytes

    case empty
    /// The trailer of the copy, twice, as Windows 7 leaves it.
    case trailer(BackupTrailer)
    /// Pages that an engine before 2001 kept apart while it made the backup.
    case pages

    /// - Parameters:
    ///   - prefix: The start of the file: ``prefixBytes``, or the whole file when it is shorter.
    ///   - length: Of the whole file.
    package init(parsing prefix: Span<UInt8>, length: Int) {
        guard length > 0 else {
            self = .empty
            return
        }
        for size in PageSize.allCases where length == 2 * size.bytes && prefix.count == length {
            for start in [0, size.bytes] {
                if let found = BackupTrailer(parsing: prefix.extracting(start..<start + size.bytes)) {
                    self = .trailer(found)
                    return
                }
            }
        }
        self = .pages
    }
}
