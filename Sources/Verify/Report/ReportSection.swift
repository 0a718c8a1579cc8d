internal import BackupStream
internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// One target's part of the page, as the template takes it: words and numbers, all of them text.
struct ReportSection {
    let report: TargetReport

    var context: [String: Any] {
        var context: [String: Any] = [
            "job": "\(report.job)", "target": "\(report.target)", "state": report.state,
            "class": report.state.lowercased(), "findings": report.findings,
            "hasFindings": !report.findings.isEmpty, "isKnown": report.known != nil,
            "hasHistory": report.runs != nil, "hasRuns": report.runs?.isEmpty == false,
            "runs": (report.runs ?? []).suffix(ReportPage.mostRows).reversed().map(row),
        ]
        guard let known = report.known else { return context }
        context["facts"] = facts(known).map { ["label": $0.0, "value": $0.1] }
        context["charts"] = charts(known).filter { !$0.isEmpty }
        context["criteria"] = report.criteria.map(words)
        context["hasPoints"] = !known.history.points.isEmpty
        context["points"] = known.history.points.suffix(ReportPage.mostRows).reversed().map {
            row($0, known.history.health(of: $0), known.status.evidence.marks.pinned[$0.reference])
        }
        context["pointRest"] = rest(known.history.points.count)
        context["hasVerifications"] = !known.history.verifications.isEmpty
        context["verifications"] =
            known.history.verifications.suffix(ReportPage.mostRows).reversed().map(row)
        context["hasRehearsals"] = !known.history.rehearsals.isEmpty
        context["rehearsals"] = known.history.rehearsals.suffix(ReportPage.mostRows).reversed().map(row)
        return context
    }

    /// Nothing where all of them are in the table.
    private func rest(_ count: Int) -> [String] {
        count > ReportPage.mostRows
            ? ["\(count - ReportPage.mostRows) older points are in the JSON report."] : []
    }

    private func facts(_ known: TargetReport.Known) -> [(String, String)] {
        let status = known.status
        let evidence = status.evidence
        return [
            ("Newest good point", evidence.latest?.point.id ?? "none"),
            ("Its age", Self.age(status.pointAge, status.promises.recoveryPoint, orElse: "no point")),
            ("Last proved there", Self.age(status.verifiedAge, nil)),
            ("Every byte read", Self.age(status.readAge, status.promises.fullWithin)),
            ("Last rehearsed restore", Self.age(status.rehearsedAge, status.promises.rehearseWithin)),
            ("Time of a restore", restore(status)),
            ("Points", "\(evidence.pointCount), \(known.history.points.count) in this time"),
            ("Longest without a new good point", Self.age(report.longestGap, nil, orElse: "no point")),
            ("Shipped in this time", HumanQuantity.bytes(report.shippedBytes)),
            ("Room at the store", report.room ?? "not known"),
            ("Damaged objects", "\(evidence.damage.count)"),
            ("Points that cannot be read", "\(known.history.unreadable.count)"),
        ]
    }

    private func restore(_ status: JobStatus) -> String {
        let promised = status.promises.restoreWithin
        guard let time = status.evidence.restoreTime else {
            return Self.age(nil, promised, orElse: "not measured")
        }
        return Self.age(time.seconds, promised) + (status.restorePromise.map { ": \($0.rawValue)" } ?? "")
            + (time.isExtrapolated ? ", by the rate of a smaller one" : "")
    }

    private static func age(_ seconds: Int?, _ promised: Int?, orElse words: String = "never") -> String {
        HumanQuantity.age(seconds, orElse: words)
            + (promised.map { ", promised \(HumanQuantity.age($0))" } ?? "")
    }
}

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
