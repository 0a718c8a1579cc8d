package import BackupStream
package import OffsiteStore
package import Platform
package import StoreFormat

/// The report on a job at one target.
///
/// A target that could not be asked is shown as such, never as good.
package struct TargetReport: Sendable {
    package let job: Name
    package let target: Name
    /// `OK`, `WARNING`, `CRITICAL` or `UNKNOWN`.
    package let state: String
    /// One line each, with what to type next.
    package let findings: [String]
    /// The free space at the store, and its forecast; nil if unknown.
    package let room: String?
    /// Nil where the store could not be asked.
    package let known: Known?
    /// The runs of this host for it, oldest first; nil if the history cannot be read.
    package let runs: [RunRecord]?
    package let scope: ReportScope

    package struct Known: Sendable {
        package let status: JobStatus
        package let history: JobHistory

        package init(status: JobStatus, history: JobHistory) {
            self.status = status
            self.history = history
        }
    }

    package init(
        job: Name, target: Name, state: String, findings: [String], room: String? = nil, known: Known?,
        runs: [RunRecord]?,
        scope: ReportScope
    ) {
        self.job = job
        self.target = target
        self.state = state
        self.findings = findings
        self.room = room
        self.known = known
        self.runs = runs
        self.scope = scope
    }

    /// The three criteria for replicated data; none if the store could not be asked.
    package var criteria: [Criterion] {
        guard let known else { return [] }
        let evidence = known.status.evidence
        return [
            WriteOrder(latest: evidence.latest, full: evidence.latestFull).criterion,
            ProvenRecovery(known: known).criterion, Support(report: self, known: known).criterion,
        ]
    }

    /// Fulls alone: log points are parts of one.
    package var fulls: [StoredPoint] { known?.history.points.filter { $0.point.kind == .full } ?? [] }
    package var shippedBytes: Int {
        known?.history.points.saturatingSum(\.point.counts.shippedBytes) ?? 0
    }

    /// Seconds between good points that followed each other, at the time of the later one; the last since the newest.
    ///
    /// So a job that has stopped is seen as one whose points are far apart.
    var gaps: [(time: Int64, seconds: Int)] {
        let history = known?.history
        let good = history?.points.filter { history?.health(of: $0).isGood ?? false } ?? []
        let times = good.map(\.point.sourceTime.seconds)
        return zip(times, times.dropFirst() + [scope.made.seconds]).map { ($1, max(0, Int($1 - $0))) }
    }

    /// In seconds; nil without a good point.
    package var longestGap: Int? { gaps.map(\.seconds).max() }
}

extension PageUse {
    /// From the facts about its source, which know what is after the end of a database; else from its counts.
    package init(_ point: Point) {
        if let summary = try? ManifestSummary(parsing: point.sourceFacts), !summary.databases.isEmpty {
            self.init(summary.databases)
            return
        }
        let blank = max(0, point.counts.blankPages)
        let (rest, isOver) = point.counts.pages.subtractingReportingOverflow(blank)
        self.init(inUse: isOver ? 0 : max(0, rest), blank: blank)
    }
}
