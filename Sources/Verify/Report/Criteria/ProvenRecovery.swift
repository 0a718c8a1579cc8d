internal import BackupStream
internal import Platform

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
