internal import BackupStream
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// The first criterion: what is restored never has a write without those that came before it.
///
/// The bytes do not show this. It follows from how they were read, and from what the engine's own headers and logs say.
struct WriteOrder {
    private static let mostDatabases = 10
    /// The newest good point; nil where there is none.
    let latest: StoredPoint?
    /// The full that it continues.
    let full: StoredPoint?

    var criterion: Criterion {
        let summary = latest.flatMap(Self.summary)
        // The databases of a log point are those of its full.
        let set = latest?.point.full == nil ? summary : full.flatMap(Self.summary)
        let (verdict, why) = Self.judge(set?.databases)
        return Criterion(
            key: "write_order", name: "Write order",
            question: "Was it read so that no write is in it without those that came before?",
            verdict: verdict,
            facts: point + (summary.map(source) ?? [])
                + (set?.databases ?? []).prefix(Self.mostDatabases).map(fact)
                + (summary.map(logs) ?? []) + [.init("Therefore", why)])
    }

    private static func summary(_ stored: StoredPoint) -> ManifestSummary? {
        try? ManifestSummary(parsing: stored.point.sourceFacts)
    }

    private static func judge(_ databases: [ImageManifest.Database]?) -> (Criterion.Verdict, String) {
        guard let databases else { return (.notShown, "nothing is known of how it was read") }
        guard !databases.isEmpty else {
            return (.notShown, "bytes that are no database: whoever made them answers for their order")
        }
        if databases.contains(where: { $0.verdict?.code != nil || $0.pages.failed > 0 }) {
            return (.contradicted, "pages are wrong, or logs are missing")
        }
        guard databases.allSatisfy({ $0.verdict != nil || $0.state == Self.clean }) else {
            return (.notShown, "a database was in use, and its logs are not with it")
        }
        guard PageUse(databases).inUse > 0 else { return (.notShown, "no page of a database is in use") }
        return (.shown, "every page is good, and what was not yet in the databases is in logs without a gap")
    }

    /// The engine's words for a database that needs no logs.
    private static let clean = "Clean Shutdown"

    private var point: [Criterion.Fact] {
        guard let latest else { return [.init("Newest good point", "none")] }
        let point = (full ?? latest).point
        let counts = point.counts
        return [
            .init("Newest good point", "\(latest.point.id), \(latest.point.kind)"),
            .init("Pages", "\(counts.pages) checked, \(counts.badPages) bad"),
            .init("Of these", "\(PageUse(point))"),
        ]
            + (latest.point.full.map {
                [.init("Continues", "full \(full?.point.id ?? "\($0.generation), which is missing")")]
            } ?? [])
    }

    private func source(_ summary: ManifestSummary) -> [Criterion.Fact] {
        let way =
            switch summary.source.kind {
            case "ese":
                "a set, all files in one pass, none of which changed meanwhile (a change ends a run with 20)"
            case "file": "a file, in one pass, which did not change meanwhile (a change ends a run with 20)"
            default: "a stream, in the order in which it came"
            }
        return [
            .init(
                "Source",
                "\(summary.source.label) on \(summary.source.hostName), from \(summary.sourceTime) on"),
            .init("Read as", way),
        ]
    }

    private func fact(_ database: ImageManifest.Database) -> Criterion.Fact {
        .init(
            database.name.isEmpty ? "Database" : database.name,
            database.state + (database.verdict.map { "; \($0.text)" } ?? ""))
    }

    private func logs(_ summary: ManifestSummary) -> [Criterion.Fact] {
        guard let logs = summary.logs else { return [] }
        guard let first = logs.first, let last = logs.last else { return [.init("Logs", "none")] }
        return [
            .init(
                "Logs",
                "\(logs.count), generations \(first) to \(last)"
                    + (logs.isCircular == true ? "; the engine deletes them by itself" : ""))
        ]
    }
}
