internal import OffsiteStore
internal import Platform
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
            let ages = [
                status?.pointAge, status?.shippedAge, status?.verifiedAge, status?.readAge,
                status?.rehearsedAge,
            ].map { Self.age($0, isKnown: status != nil) }
            table.add(
                [
                    "\(found.job)", "\(found.target)", found.state.word,
                    status.map { $0.evidence.latest?.point.id ?? "none" } ?? "?",
                ]
                    + ages + [
                        status.map { Self.restore($0.evidence.restoreTime) } ?? "?", "\(found.waitingImages)",
                        status?.forecast?.word ?? "?",
                    ])
        }
        return table.lines
            + statuses.flatMap { found in
                found.lines.map { "\(found.job) at \(found.target): \(TerminalText.escape($0))" }
            }
    }

    private static func restore(_ time: RestoreTime?) -> String {
        time.map { HumanQuantity.age($0.seconds) } ?? "never"
    }

    /// What is not known is not `never`.
    private static func age(_ seconds: Int?, isKnown: Bool) -> String {
        seconds.map { HumanQuantity.age(max(0, $0)) } ?? (isKnown ? "never" : "?")
    }
}
