internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// The rows of its tables.
extension ReportSection {
    func words(_ criterion: Criterion) -> [String: Any] {
        let colours: [Criterion.Verdict: String] = [
            .shown: "ok", .notShown: "warning", .contradicted: "critical",
        ]
        return [
            "name": criterion.name, "question": criterion.question, "verdict": criterion.verdict.words,
            "class": colours[criterion.verdict] ?? "unknown",
            "facts": criterion.facts.map { ["label": $0.label, "value": $0.value] },
        ]
    }

    func row(_ stored: StoredPoint, _ health: PointHealth, _ pin: StoredNote?) -> [String: Any] {
        let point = stored.point
        let use = PageUse(point)
        let words = [
            health.word + (health.explanation.map { ": \($0)" } ?? ""),
            pin.map { "pinned: " + PointHealth.words($0.note.comment, by: $0) },
        ]
        return [
            "id": point.id, "kind": "\(point.kind)",
            "health": words.compactMap(\.self).joined(separator: "; "), "isBad": !health.isGood,
            "received": stored.receipt.received.description,
            "image": HumanQuantity.bytes(point.layout.length),
            "shipped": HumanQuantity.bytes(point.counts.shippedBytes),
            "pages": "\(point.counts.pages)", "used": "\(use.inUse)", "blank": "\(use.blank)",
            "bad": "\(point.counts.badPages)",
        ]
    }

    func row(_ verification: JobHistory.Verification) -> [String: Any] {
        let facts = verification.facts
        return [
            "time": verification.time.description, "level": facts.level,
            "scope": verification.point.map { "point \($0.generation)" } ?? "job",
            "share": verification.share.map { HumanQuantity.percent($0) } ?? "a sample",
            "objects":
                "\(facts.objectsPresent) of \(facts.objectsNeeded) there, \(facts.objectsHashed) hashed",
            "bytes": HumanQuantity.bytes(facts.bytesHashed), "isBad": !verification.isGood,
            "verdict": verification.isGood
                ? "good" : "\(facts.damagedObjects.saturatingAdd(facts.faultCount)) damaged",
        ]
    }

    func row(_ run: RunRecord) -> [String: Any] {
        let seconds = Int(clamping: max(0, run.ended.seconds - run.begun.seconds))
        return [
            "ended": run.ended.description, "verb": run.verb + (run.isRebuilt ? " (rebuilt)" : ""),
            "code": run.exitCode.map { "\($0)" } ?? "unknown", "isBad": run.hasFailed,
            "took": run.isRebuilt ? "unknown" : HumanQuantity.age(seconds), "point": run.pointID ?? "none",
            "sent": run.sentBytes.map { HumanQuantity.bytes($0) } ?? "unknown", "error": run.error ?? "",
        ]
    }

    func row(_ rehearsal: JobEvidence.Rehearsal) -> [String: Any] {
        [
            "time": rehearsal.time.description,
            "point": rehearsal.point.map { "\($0.generation)" } ?? "?", "isBad": !rehearsal.isGood,
            "verdict": rehearsal.isGood ? "good" : "failed", "comment": rehearsal.comment,
        ]
    }
}
