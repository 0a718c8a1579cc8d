internal import BackupStream
internal import StoreFormat

extension Point {
    /// Names of the databases that its source's facts say it has; none where they cannot be read.
    package var databaseNames: [String] {
        ((try? ManifestSummary(parsing: sourceFacts))?.databases ?? []).map(\.name)
    }
}
