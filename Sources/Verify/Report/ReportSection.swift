internal import Image
internal import OffsiteStore
internal import Platform

/// One target's part of the page, as the template takes it: words and numbers, all of them text.
struct ReportSection {
    let report: TargetReport
    let number: Int

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
        context["hasPoints"] = !known.history.points.isEmpty
        context["points"] = known.history.points.suffix(ReportPage.mostRows).reversed().map(row)
        context["pointRest"] = rest(known.history.points.count)
        context["hasVerifications"] = !known.history.verifications.isEmpty
        context["verifications"] =
            known.history.verifications.suffix(ReportPage.mostRows).reversed().map(row)
        context["hasRehearsals"] = !known.history.rehearsals.isEmpty
        context["rehearsals"] = known.history.rehearsals.suffix(ReportPage.mostRows).reversed().map(row)
        return context
    }

    private func rest(_ count: Int) -> String {
        count > ReportPage.mostRows
            ? "\(count - ReportPage.mostRows) older points are in the JSON report." : ""
    }

    private func facts(_ known: TargetReport.Known) -> [(String, String)] {
        let status = known.status
        let evidence = status.evidence
        return [
            ("Newest good point", evidence.latest?.point.id ?? "none"),
            ("Its age", Self.age(status.pointAge, status.promises.recoveryPoint)),
            ("Last proved there", Self.age(status.verifiedAge, nil)),
            ("Every byte read", Self.age(status.readAge, status.promises.fullWithin)),
            ("Last rehearsed restore", Self.age(status.rehearsedAge, status.promises.rehearseWithin)),
            ("Time of a restore", restore(status)),
            ("Points", "\(evidence.pointCount), \(known.history.points.count) in this time"),
            ("Longest time between good points", Self.age(report.longestGap, nil)),
            ("Shipped in this time", HumanQuantity.bytes(report.shippedBytes)),
            ("Room at the store", report.room ?? "not known"),
            ("Damaged objects", "\(evidence.damage.count)"),
            ("Points that cannot be read", "\(known.history.unreadable.count)"),
        ]
    }

    private func restore(_ status: JobStatus) -> String {
        let promised =
            status.promises.restoreWithin.map { ", promised \(HumanQuantity.age($0))" }
            ?? ", nothing promised"
        guard let time = status.evidence.restoreTime else { return "not measured" + promised }
        let verdict = status.restorePromise.map { ": \($0.rawValue)" } ?? ""
        return HumanQuantity.age(time.seconds) + (time.isExtrapolated ? " by the rate of a smaller one" : "")
            + promised
            + verdict
    }

    private func charts(_ known: TargetReport.Known) -> [String] {
        let points = known.history.points
        let good = points.filter { $0.point.health == .good }.map(\.point.sourceTime.seconds)
        let stored = Self.stored(points)
        func chart(
            _ name: String, _ title: String, _ unit: String, _ values: [(time: Int64, value: Double)],
            limit: (value: Double, name: String)? = nil
        ) -> String {
            let svg = LineChart(
                title: title, unit: unit, values: values, limit: limit, id: "\(name)-\(number)"
            ).svg
            return svg.isEmpty ? "" : "<figcaption>\(title)</figcaption>\n" + svg
        }
        let restores = known.history.rehearsals.compactMap { rehearsal in
            rehearsal.isGood ? rehearsal.evidence.map { (rehearsal.time.seconds, $0.restoreSeconds) } : nil
        }
        return [
            chart(
                "restore", "Time of rehearsed restores", "s", restores,
                limit: known.status.promises.restoreWithin.map { (Double($0), "rto") }),
            chart(
                "gap", "Time between good points", "s",
                zip(good, good.dropFirst()).map { ($1, Double($1 - $0)) },
                limit: known.status.promises.recoveryPoint.map { (Double($0), "rpo") }),
            chart(
                "image", "Length of the image", "B",
                report.fulls.map { ($0.point.sourceTime.seconds, Double($0.point.layout.length)) }),
            chart(
                "shipped", "Bytes stored for each point after the first", "B",
                points.filter { $0.point.parent != nil }.map {
                    ($0.point.sourceTime.seconds, Double($0.point.counts.shippedBytes))
                }),
            chart(
                "room", "Bytes stored for all of them together", "B", stored,
                limit: Self.full(known.status, having: stored).map { ($0, "full") }),
            chart(
                "share", "Share of the blocks that changed", "%",
                report.fulls.filter { $0.point.parent != nil }.map {
                    (
                        $0.point.sourceTime.seconds,
                        100 * Double($0.point.counts.changedBlocks) / Double(max(1, $0.point.counts.blocks))
                    )
                }),
        ]
    }

    private func row(_ stored: StoredPoint) -> [String: Any] {
        let point = stored.point
        return [
            "id": point.id, "kind": "\(point.kind)", "health": "\(point.health)",
            "isBad": point.health != .good, "received": stored.receipt.received.description,
            "image": HumanQuantity.bytes(point.layout.length),
            "shipped": HumanQuantity.bytes(point.counts.shippedBytes),
            "pages": "\(point.counts.pages)", "bad": "\(point.counts.badPages)",
        ]
    }

    private func row(_ verification: JobHistory.Verification) -> [String: Any] {
        let facts = verification.facts
        return [
            "time": verification.time.description, "level": facts.level,
            "scope": verification.point.map { "point \($0.generation)" } ?? "job",
            "share": verification.share.map { "\(LineChart.number($0 * 100)) %" } ?? "a sample",
            "objects":
                "\(facts.objectsPresent) of \(facts.objectsNeeded) there, \(facts.objectsHashed) hashed",
            "bytes": HumanQuantity.bytes(facts.bytesHashed), "isBad": !verification.isGood,
            "verdict": verification.isGood ? "good" : "\(facts.damagedObjects + facts.faults.count) damaged",
        ]
    }

    private func row(_ run: RunRecord) -> [String: Any] {
        let seconds = Int(clamping: max(0, run.ended.seconds - run.begun.seconds))
        return [
            "ended": run.ended.description, "verb": run.verb + (run.isRebuilt ? " (rebuilt)" : ""),
            "code": run.exitCode.map { "\($0)" } ?? "unknown", "isBad": run.hasFailed,
            "took": run.isRebuilt ? "unknown" : HumanQuantity.age(seconds), "point": run.pointID ?? "none",
            "sent": run.sentBytes.map { HumanQuantity.bytes($0) } ?? "unknown", "error": run.error ?? "",
        ]
    }

    private func row(_ rehearsal: JobEvidence.Rehearsal) -> [String: Any] {
        [
            "time": rehearsal.time.description,
            "point": rehearsal.point.map { "\($0.generation)" } ?? "?", "isBad": !rehearsal.isGood,
            "verdict": rehearsal.isGood ? "good" : "failed", "comment": rehearsal.comment,
        ]
    }

    /// When how much was stored for all points, the first of the job left out.
    private static func stored(_ points: [StoredPoint]) -> [(time: Int64, value: Double)] {
        var sum = 0
        return points.filter { $0.point.parent != nil }.map { stored in
            sum += stored.point.counts.shippedBytes
            return (stored.receipt.received.seconds, Double(sum))
        }
    }

    /// Where that ends, if it does soon: the line of a large disk would press all others to the ground.
    private static func full(_ status: JobStatus, having stored: [(time: Int64, value: Double)]) -> Double? {
        guard let forecast = status.forecast, case .days(let days) = forecast.outlook,
            days < SpaceForecast.shortDays
        else { return nil }
        return (stored.last?.value ?? 0) + Double(forecast.space.availableBytes)
    }

    private static func age(_ seconds: Int?, _ promised: Int?) -> String {
        (seconds.map { HumanQuantity.age(max(0, $0)) } ?? "never")
            + (promised.map { ", promised \(HumanQuantity.age($0))" } ?? "")
    }
}
