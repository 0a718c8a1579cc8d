internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

extension TargetReport {
    /// - Parameter runs: Of this host, over all jobs; nil where they are not known.
    init(_ status: TargetStatus, _ runs: [RunRecord]?, _ scope: ReportScope) {
        var known: Known?
        if let judged = status.status, let history = status.history {
            known = Known(status: judged, history: history)
        }
        self.init(
            job: status.job, target: status.target, state: status.state.word, findings: status.lines,
            room: status.status?.forecast?.sentence, known: known,
            runs: runs?.filter {
                $0.job == status.job && ($0.target == nil || $0.target == status.target)
            }, scope: scope)
    }

    /// A few lines behind the table of states.
    var lines: [String] {
        let name = "\(job) at \(target): "
        guard let history = known?.history else {
            return [name + "nothing is known about that period", name + runText]
        }
        let bad = history.points.count { !history.health(of: $0).isGood } + history.unreadable.count
        let failed = history.verifications.count { !$0.isGood }
        let failedRestores = history.rehearsals.count { !$0.isGood }
        return [
            name + "\(history.points.count) points, \(bad) of them not good, "
                + "\(HumanQuantity.bytes(shippedBytes)) stored for them"
                + (longestGap.map { ", \(HumanQuantity.age($0)) at most without a new good one" } ?? ""),
            name + "\(history.verifications.count) verifications, \(failed) found damage; "
                + "\(history.rehearsals.count) rehearsed restores, \(failedRestores) failed",
            name + coverageText(history), name + runText,
            name + "room at the store: \(room ?? "not known")",
        ]
            + criteria.flatMap { criterion in
                [name + "\(criterion.name.lowercased()): \(criterion.verdict.words)"]
                    + criterion.facts.map { "  \($0.label): \($0.value)" }
            }
    }

    private func coverageText(_ history: JobHistory) -> String {
        "\(HumanQuantity.percent(history.coverage.share(at: scope.made.seconds))) of the bytes read again within "
            + HumanQuantity.age(history.coverage.seconds)
    }

    private var runText: String {
        guard let runs else { return "this host's history cannot be read" }
        return "\(runs.count) runs of this host, \(runs.count(where: \.hasFailed)) of them not good"
            + (runs.last?.exitCode.map { ", the last ended with \($0)" } ?? "")
    }

    /// Beside those of the status.
    var fields: [JSONValue.Field] {
        let runs = JSONValue.Field(key: "runs", value: runs.map { .array($0.map(\.json)) } ?? .null)
        guard let history = known?.history else { return [runs] }
        let fields: KeyValuePairs<String, JSONValue> = [
            "longest_gap": .seconds(longestGap), "bytes_stored": .integer(shippedBytes),
            "history": .array(
                history.points.map { stored in
                    let pins = known?.status.evidence.marks.pinned
                    return PointFacts(stored, history.health(of: stored), pin: pins?[stored.reference]).listed
                }),
            "coverage": .fields([
                "within_seconds": .integer(history.coverage.seconds),
                "share": .share(history.coverage.share(at: scope.made.seconds)),
            ]),
            "criteria": .array(criteria.map(\.json)),
            "unreadable_points": .array(history.unreadable.map { .integer(Int(clamping: $0)) }),
            "verifications": .array(
                history.verifications.map { found in
                    .fields([
                        "time": .time(found.time), "level": .string(found.facts.level),
                        "generation": found.point.map { .integer(Int(clamping: $0.generation)) } ?? .null,
                        "good": .bool(found.isGood), "bytes_hashed": .integer(found.facts.bytesHashed),
                        "share_read": .share(found.share ?? 0),
                    ])
                }),
            "rehearsals": .array(
                history.rehearsals.map { found in
                    .fields([
                        "time": .time(found.time),
                        "generation": found.point.map { .integer(Int(clamping: $0.generation)) } ?? .null,
                        "good": .bool(found.isGood), "comment": .string(found.comment),
                    ])
                }),
        ]
        return JSONValue.list(fields) + [runs]
    }
}

extension Criterion {
    fileprivate var json: JSONValue {
        .fields([
            "criterion": .string(key), "verdict": .string(verdict.rawValue), "question": .string(question),
            "facts": .array(
                facts.map { .fields(["label": .string($0.label), "value": .string($0.value)]) }),
        ])
    }
}
