internal import BackupStream

/// Whether two points are of the same databases, by the signatures that the engine gave these.
enum SourceIdentity {
    /// - Parameters:
    ///   - databases: Signatures of the databases in the new image; none for what is no database.
    ///   - older: An older point's facts about its source.
    static func difference(of databases: Set<String>, from older: [UInt8]) -> String? {
        guard let summary = try? ManifestSummary(parsing: older) else { return nil }
        let before = Set(summary.databases.map(\.signature))
        guard !databases.isEmpty, !before.isEmpty, databases.isDisjoint(with: before) else { return nil }
        return "it holds other databases than before: none of their signatures is the same"
    }
}
