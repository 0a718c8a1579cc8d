internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// The third criterion: somebody who was not there can bring it back, with what is written down.
struct Support {
    let report: TargetReport
    let known: TargetReport.Known

    var criterion: Criterion {
        let latest = known.status.evidence.latest
        let versions = Set(known.history.points.map(\.point.toolVersion)).sorted()
        return Criterion(
            key: "support", name: "Support",
            question: "Is it written down what made it, what reads it, and how to bring it back?",
            verdict: latest == nil ? .notShown : .shown,
            facts: [
                .init(
                    "Newest good point made by",
                    latest.map { "hybridrep \($0.point.toolVersion)" } ?? "nothing"),
                .init(
                    "Points of this time made by",
                    versions.isEmpty ? "nothing" : "hybridrep " + versions.joined(separator: ", ")),
                .init("Read for this report by", "hybridrep \(report.scope.toolVersion)"),
                .init(
                    "Formats",
                    "docs/format of that version: store, point, note, pack, map, image, signature, protocol"),
                .init("Second reader", "hybridrep_reader.py, written from those documents alone"),
                .init("Restore, step by step", "hybridrep runbook \(report.job)"),
                .init(
                    "Therefore",
                    latest == nil
                        ? "there is nothing to bring back"
                        : "that page has this site's commands, with this program and without; have it printed"
                ),
            ])
    }
}
