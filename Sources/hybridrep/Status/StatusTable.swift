internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Status for people: a line a job and target, then what to do.
struct StatusTable {
    let statuses: [TargetStatus]

    var lines: [String] {
        var table = Table([
            .init("JOB"), .init("TARGET"), .init("STATE"), .init("NEWEST GOOD POINT"), .init("AGE", .right),
            .init("SHIPPED", .right), .init("VERIFIED", .right), .init("ALL READ", .right),
            .init("REHEARSED", .right), .init("RESTORE", .right), .init("WAITING", .right),
            .init("ROOM LASTS", .right),
        ])
        for found in statuses {
            let status = found.status
            table.add(
                ["\(found.job)", "\(found.target)", found.state.word]
                    + (status.map(Self.times) ?? Array(repeating: "?", count: 7))
                    + ["\(found.waitingImages)", status?.forecast?.word ?? "?"])
        }
        return table.lines
            + statuses.flatMap { found in
                found.lines.map { "\(found.job) at \(found.target): \(TerminalText.escape($0))" }
            }
    }

    /// A dash where there is nothing that could have an age; what was not done was `never` done.
    private static func times(_ status: JobStatus) -> [String] {
        let evidence = status.evidence
        return [evidence.latest?.point.id ?? "none"]
            + [status.pointAge, status.shippedAge].map { HumanQuantity.age($0, orElse: "-") }
            + [status.verifiedAge, status.readAge, status.rehearsedAge].map { HumanQuantity.age($0) }
            + [HumanQuantity.age(evidence.restoreTime?.seconds, orElse: "-")]
    }
}
