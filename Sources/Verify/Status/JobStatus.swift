internal import OffsiteStore
package import Platform
internal import StoreFormat

/// The state of a job at one target, according to the store.
package struct JobStatus: Sendable {
    /// Clocks of two hosts may be apart by this much without a word.
    private static let allowedSkew = 300

    package let evidence: JobEvidence
    package let promises: Objectives
    /// Of the store's room; nil where it was not asked for.
    package let forecast: SpaceForecast?
    /// The gravest first.
    package let findings: [StatusFinding]
    private let now: Timestamp

    package init(
        _ evidence: JobEvidence, _ promises: Objectives, _ forecast: SpaceForecast? = nil,
        lastRun: RunRecord? = nil, now: Timestamp
    ) {
        self.evidence = evidence
        self.forecast = forecast
        self.promises = promises
        self.now = now
        findings = Self.judge(evidence, promises, forecast, lastRun, now)
    }

    /// Seconds since the newest good point's source was read; nil without one.
    package var pointAge: Int? { age(evidence.latest?.point.sourceTime) }
    package var shippedAge: Int? { age(evidence.latest?.receipt.received) }
    package var verifiedAge: Int? { age(evidence.verified) }
    package var readAge: Int? { age(evidence.wholeSince) }
    package var rehearsedAge: Int? { age(evidence.rehearsed?.time) }

    /// The result for the RTO; nil if there is none.
    package var restorePromise: RestorePromise? {
        guard promises.restoreWithin != nil else { return nil }
        return findings.lazy.compactMap(\.restorePromise).first ?? .within
    }

    private func age(_ time: Timestamp?) -> Int? { time.map { Self.age($0, now) } }

    private static func age(_ time: Timestamp, _ now: Timestamp) -> Int { Int(now.seconds - time.seconds) }

    private static func judge(
        _ evidence: JobEvidence, _ promises: Objectives, _ forecast: SpaceForecast?, _ lastRun: RunRecord?,
        _ now: Timestamp
    ) -> [StatusFinding] {
        var found: [StatusFinding] = []
        if let lastRun, let failed = judgeRun(lastRun, evidence, now) { found.append(failed) }
        if !evidence.damage.isEmpty {
            let points = Set(evidence.damage.flatMap(\.points)).sorted()
            found.append(.damaged(objects: evidence.damage.count, points: points))
        }
        // What a verification has said of them already is not said twice.
        let known = Set(evidence.damage.flatMap(\.points))
        let unreadable = evidence.unreadable.filter { !known.contains($0) }
        if !unreadable.isEmpty { found.append(.unreadable(points: unreadable)) }
        found += judgePoints(evidence, promises, now)
        found += judgeProofs(evidence, promises, now)
        if let forecast { found += judgeRoom(forecast) }
        if let suspension = evidence.marks.suspension { found.append(.suspended(suspension.note.comment)) }
        return found.enumerated().sorted {
            $0.element.severity == $1.element.severity
                ? $0.offset < $1.offset : $0.element.severity > $1.element.severity
        }.map(\.element)
    }

    /// A run that failed is told of until there is a newer point, whoever made that.
    private static func judgeRun(
        _ run: RunRecord, _ evidence: JobEvidence, _ now: Timestamp
    ) -> StatusFinding? {
        guard let code = run.exitCode, code != 0, run.pointID == nil,
            evidence.marks.suspension == nil,
            evidence.head.map({ $0.receipt.received < run.ended }) ?? true
        else { return nil }
        return .runFailed(code: code, age: max(0, age(run.ended, now)), error: run.error)
    }

    private static func judgePoints(
        _ evidence: JobEvidence, _ promises: Objectives, _ now: Timestamp
    ) -> [StatusFinding] {
        var found: [StatusFinding] = []
        if let latest = evidence.latest {
            // What was received, by the store's clock; what was read, by the host's: the older one counts.
            let ages = [latest.point.sourceTime, latest.receipt.received].map { age($0, now) }
            if let future = ages.min(), future < -allowedSkew {
                found.append(.fromTheFuture(seconds: -future))
            }
            if let promised = promises.recoveryPoint, evidence.marks.suspension == nil,
                let oldest = ages.max(), oldest > promised
            {
                found.append(.stale(age: oldest, promised: promised))
            }
            if evidence.verified == nil { found.append(.unproved(point: latest.point.id)) }
        } else {
            found.append(.noGoodPoint)
        }
        found += judgeStrangers(evidence)
        guard let head = evidence.head, head.reference != evidence.latest?.reference else { return found }
        switch evidence.headHealth {
        case .suspicious: found.append(.held(point: head.point.id))
        case .acceptedDamage: found.append(.acceptedDamage(point: head.point.id))
        // What was found damaged is said above, and so is what counts for nobody.
        case .damaged, .unbounded, .foreign, .good, .released, nil: break
        }
        return found
    }

    /// Points that count for nobody are told of until they are gone or accepted.
    private static func judgeStrangers(_ evidence: JobEvidence) -> [StatusFinding] {
        var found: [StatusFinding] = []
        let newest = evidence.latest?.point.generation ?? 0
        if !evidence.unbounded.isEmpty {
            found.append(.unbounded(points: evidence.unbounded.map(\.point.generation), newest: newest))
        }
        let foreign = evidence.foreign.map(\.point.generation)
        let points = Set(foreign + evidence.strangers.map(\.generation)).sorted()
        guard let last = points.last else { return found }
        let maker = evidence.foreign.last { $0.point.generation == last }?.receipt.maker
        let reason =
            maker.map { "made by \($0), who is no owner of this job" } ?? evidence.strangers.last?.reason
            ?? ""
        found.append(.strange(points: points, reason: reason, newest: newest))
        return found
    }

    /// Where points are forgotten the days that are left are no fewer than the forecast's: only what is there is judged.
    private static func judgeRoom(_ forecast: SpaceForecast) -> [StatusFinding] {
        if case .days(let days) = forecast.outlook, days < SpaceForecast.shortDays {
            return [.spaceShort(days: days, bytesPerDay: forecast.bytesPerDay ?? 0)]
        }
        return forecast.space.isScarce ? [.nearlyFull(forecast.space)] : []
    }

    private static func judgeProofs(
        _ evidence: JobEvidence, _ promises: Objectives, _ now: Timestamp
    ) -> [StatusFinding] {
        var found: [StatusFinding] = []
        if let promised = promises.fullWithin {
            let passed = evidence.wholeSince.map { age($0, now) }
            if (passed ?? Int.max) > promised { found.append(.readOverdue(age: passed, promised: promised)) }
        }
        if let last = evidence.lastRehearsal, !last.isGood { found.append(.rehearsalFailed(last.comment)) }
        if let promised = promises.rehearseWithin {
            let passed = evidence.rehearsed.map { age($0.time, now) }
            if (passed ?? Int.max) > promised {
                found.append(.rehearsalOverdue(age: passed, promised: promised))
            }
        }
        if let promised = promises.restoreWithin {
            if let time = evidence.restoreTime {
                if time.seconds > promised { found.append(.restoreTooSlow(time, promised: promised)) }
            } else {
                found.append(.restoreUnmeasured(promised: promised))
            }
        }
        return found
    }
}

/// The objectives of a job, in seconds.
///
/// Where one is nil, the value is shown but not evaluated.
package struct Objectives: Equatable, Sendable {
    /// Age of the newest good point.
    package var recoveryPoint: Int?
    /// Within which a restore is to be done.
    package var restoreWithin: Int?
    /// Within which every byte is read again.
    package var fullWithin: Int?
    /// Within which a restore is rehearsed.
    package var rehearseWithin: Int?

    package init(
        recoveryPoint: Int? = nil, restoreWithin: Int? = nil, fullWithin: Int? = nil,
        rehearseWithin: Int? = nil
    ) {
        self.recoveryPoint = recoveryPoint
        self.restoreWithin = restoreWithin
        self.fullWithin = fullWithin
        self.rehearseWithin = rehearseWithin
    }
}
