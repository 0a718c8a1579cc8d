internal import BackupStream
internal import Platform
internal import Verify

/// What is told of a rehearsal.
struct RehearsalReport {
    let outcome: JobRehearsal.Outcome
    private var evidence: RehearsalEvidence { outcome.evidence }

    var lines: [String] { [restored] + databases + command + [verdict] }

    private var restored: String {
        guard evidence.restoreFault == nil else { return "point \(evidence.pointId) could not be restored" }
        let time = Self.duration(evidence.restoreSeconds)
        let rate = HumanQuantity.bytes(evidence.bytesPerSecond)
        return "restored point \(evidence.pointId), \(HumanQuantity.bytes(evidence.restoredBytes)) "
            + "in \(time) (\(rate)/s), digest matches"
    }

    private var databases: [String] {
        evidence.databases.flatMap { database in
            let name = database.name.isEmpty ? "database" : database.name
            let checked =
                "\(name): \(database.pagesChecked) pages checked, \(database.pagesBad) bad"
                + (database.logVerdict.map { "; \($0)" } ?? "")
            return [checked] + (database.use.map { ["\(name): \($0)"] } ?? [])
        }
    }

    private var command: [String] {
        guard let command = evidence.command else { return [] }
        return ["\(command.line): \(command.howItEnded) after \(Self.duration(command.seconds))"]
    }

    private var verdict: String {
        let kept = outcome.isKept ? "kept in the store" : "not kept in the store"
        return "\(evidence.isGood ? "good" : "NOT GOOD"): \(evidence.verdict); \(kept)"
    }

    private static func duration(_ seconds: Double) -> String {
        HumanQuantity.duration(milliseconds: Int(saturating: seconds * 1000))
    }

    var message: JSONMessage {
        get throws {
            JSONMessage(
                .summary, job: outcome.job, target: outcome.target,
                [
                    "point_id": .string(evidence.pointId), "good": .bool(evidence.isGood),
                    "kept": .bool(outcome.isKept), "verdict": .string(evidence.verdict),
                    "pages_checked": .integer(evidence.pagesChecked),
                    "pages_bad": .integer(evidence.pagesBad),
                    "pages_in_use": .optional(evidence.use?.inUse),
                    "pages_blank": .optional(evidence.use?.blank),
                    "restored_bytes": .integer(evidence.restoredBytes),
                    "bytes_per_second": .integer(evidence.bytesPerSecond),
                    "duration_seconds": .milliseconds(Int(saturating: evidence.totalSeconds * 1000)),
                    "evidence": try JSONValue(encoding: evidence.bounded),
                ])
        }
    }
}
