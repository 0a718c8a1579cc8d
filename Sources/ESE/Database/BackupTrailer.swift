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
