internal import Platform

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
