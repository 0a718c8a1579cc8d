internal import BackupStream
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// One of the three things that have to be shown of replicated Exchange data before anybody relies on it, and what shows it.
package struct Criterion: Equatable, Sendable {
    package enum Verdict: String, Sendable {
        case shown
        /// Nothing speaks against it, and too little for it.
        case notShown = "not_shown"
        /// The evidence contradicts it.
        case contradicted

        /// `not shown`.
        package var words: String { rawValue.replacing("_", with: " ") }
    }

    package struct Fact: Equatable, Sendable {
        package let label: String
        package let value: String

        init(_ label: String, _ value: String) {
            self.label = label
            self.value = value
        }
    }

    /// `write_order`, for programs.
    package let key: String
    /// `Write order`.
    package let name: String
    package let question: String
    package let verdict: Verdict
    package let facts: [Fact]
}

/// The second criterion: that it can be restored was tried, and not concluded.
struct ProvenRecovery {
    let known: TargetReport.Known

    private var evidence: JobEvidence { known.status.evidence }

    var criterion: Criterion {
        let (verdict, why) = judgement
        return Criterion(
            key: "proven_recovery", name: "Proven recovery",
            question: "Was it restored from this store, and tried?", verdict: verdict,
            facts: counts + restored + failure + [.init("Therefore", why)])
    }

    private var judgement: (Criterion.Verdict, String) {
        if let last = evidence.lastRehearsal, !last.isGood {
            return (.contradicted, "the last rehearsal failed")
        }
        guard let facts = evidence.rehearsed?.evidence, facts.isGood, facts.restoredBytes > 0 else {
            return (.notShown, "no rehearsed restore is known: nobody has tried")
        }
        if let promised = known.status.promises.rehearseWithin, let age = known.status.rehearsedAge,
            age > promised
        {
            return (.notShown, "the last one is older than the promised \(HumanQuantity.age(promised))")
        }
        guard known.status.promises.rehearseWithin != nil || !known.history.rehearsals.isEmpty else {
            return (.notShown, "none in this time")
        }
        return (.shown, "it was restored whole, and was what had been read")
    }

    private var counts: [Criterion.Fact] {
        let failed = known.history.rehearsals.count { !$0.isGood }
        return [
            .init("Rehearsed restores in this time", "\(known.history.rehearsals.count), \(failed) failed")
        ]
    }

    private var restored: [Criterion.Fact] {
        guard let rehearsed = evidence.rehearsed else { return [.init("Last good one", "never")] }
        let time = "\(rehearsed.time), \(HumanQuantity.age(known.status.rehearsedAge)) ago"
        guard let facts = rehearsed.evidence else { return [.init("Last good one", time)] }
        let took = HumanQuantity.duration(milliseconds: Int(saturating: facts.restoreSeconds * 1000))
        let command = facts.command.map { "\($0.line): \($0.howItEnded)" } ?? "none was given"
        return [
            .init("Last good one", "\(time), of point \(facts.pointId)"),
            .init(
                "Restored",
                "\(HumanQuantity.bytes(facts.restoredBytes)) in \(took), "
                    + (facts.imageDigestMatches ? "digest matches" : "digest differs")),
            .init("Pages", "\(facts.pagesChecked) checked, \(facts.pagesBad) bad"),
        ]
            + (facts.use.map { [.init("Of these", "\($0)")] } ?? [])
            + facts.databases.prefix(10).compactMap { database in
                database.logVerdict.map { .init(database.name.isEmpty ? "Database" : database.name, $0) }
            } + [.init("Tried with", command)]
    }

    private var failure: [Criterion.Fact] {
        guard let last = evidence.lastRehearsal, !last.isGood else { return [] }
        return [.init("Last one", "\(last.time), failed: \(last.comment)")]
    }
}

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
