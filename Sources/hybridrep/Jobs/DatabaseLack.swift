internal import BackupStream
internal import Image
internal import StoreFormat

/// Databases that an older point has and a new image lacks, those apart that were accepted by name.
struct DatabaseLack: Sendable {
    private let databases: [(name: String, signature: String)]
    private let members: Set<String>
    private let accepted: LeaveOut

    /// - Parameter configured: Names that the job's configuration leaves out.
    init(_ backup: BackupResult, configured: [String]) {
        databases = backup.manifest.databases.map { ($0.name, $0.signature) }
        members = Set(backup.manifest.members.map(\.name))
        accepted = LeaveOut(
            configured + backup.manifest.leftOut.filter { $0.isAccepted == true }.map(\.name))
    }

    /// Why a full is to be held; nil when it has all that the older one has.
    func reason(since older: Point) -> String? {
        guard let summary = try? ManifestSummary(parsing: older.sourceFacts) else { return nil }
        if summary.source.kind != "ese" {
            guard !summary.databases.isEmpty, databases.isEmpty else { return nil }
            return "it is no longer a database, as point \(older.generation) was"
        }
        let streaming = older.layout.extents.filter { $0.key.kind == .data }.map(\.key.name)
            .filter { $0.lowercased().hasSuffix(".stm") && !members.contains($0) }
        let names = (summary.databases.missing(in: databases) + streaming).filter { !accepted.covers($0) }
        guard let first = names.first else { return nil }
        let more = names.count == 1 ? "" : " and \(names.count - 1) more"
        return "it lacks \(first)\(more), which point \(older.generation) has"
    }
}
