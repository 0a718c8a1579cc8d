internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// Copies points of a job from one store to another, and tells of it.
struct JobCopy {
    /// A store, and the name it has here.
    struct End {
        let store: any ObjectStore
        /// Nil for a store without configuration.
        let target: Name?
        /// The words by which a command names it.
        let options: [String]

        var name: String { target?.description ?? store.label }
    }

    /// Points left out that have a warning each.
    private static let mostWarnings = 5

    let session: CommandContext
    let job: Name
    let source: End
    let destination: End
    var lockWaitSeconds = 0

    /// Says what would be copied.
    func forecast(_ selection: CopyPlan.Selection) throws -> ExitStatus {
        let copy = try opened(selection)
        let report = CopyText(job: job, source: source, destination: destination, report: copy.forecast)
        for line in report.lines(isForecast: true) { session.console.result(line) }
        session.console.result(report.message(isForecast: true, traffic: traffic, milliseconds: 0))
        try close()
        return try verdict(of: copy.forecast)
    }

    /// Copies, and has the destination prove the newest point that it was given.
    func run(_ selection: CopyPlan.Selection, _ tally: RunOutcome) throws -> ExitStatus {
        let start = session.clock.monotonicNanoseconds
        let report = try copy(selection)
        var failure: (any Error)?
        if let newest = report.copied.last {
            do { try prove(newest) } catch { failure = error }
        }
        try close()
        tally.note(destination.target, traffic)
        tally.note(destination.target) { $0.pointID = report.copied.last?.id }
        let elapsed = Int((session.clock.monotonicNanoseconds - start) / 1_000_000)
        let text = CopyText(job: job, source: source, destination: destination, report: report)
        for line in text.lines(isForecast: false) { session.console.news(line) }
        session.console.result(text.message(isForecast: false, traffic: traffic, milliseconds: elapsed))
        if let failure { throw failure }
        return try verdict(of: report)
    }

    private func opened(_ selection: CopyPlan.Selection) throws -> StoreCopy {
        let copy = try StoreCopy(
            selection, from: try Repository(source.store, job: job), to: destination.store)
        guard copy.sourcePointCount > 0 else {
            throw CommandFailure(
                .notFound, "job \(job) has no point at \(source.name)",
                hint: source.target == nil ? nil : "make one with: hybridrep run \(job)")
        }
        return copy
    }

    /// Waits for a push of this job to end, if it must.
    private func copy(_ selection: CopyPlan.Selection) throws -> CopyReport {
        let wait = LockWait(seconds: lockWaitSeconds, session.clock)
        let made = StoreObject(id: try Identifier.random(from: session.entropy), created: session.clock.now)
        let holder = session.holder
        let label = "copy \(job) to \(destination.name)"
        while true {
            var copy = try opened(selection)
            do throws(StoreError) {
                return try copy.run(makingStore: made, holder: holder) { (progress) throws(StoreError) in
                    session.console.progress(
                        Progress(
                            label: label, doneBytes: progress.doneBytes, totalBytes: progress.totalBytes))
                    if Interruption.cause != nil { throw .interrupted }
                }
            } catch {
                guard error.kind == .locked, wait.pause() else { throw error }
            }
        }
    }

    /// Has a new point proved where it is, as a push does.
    private func prove(_ newest: CopyReport.Copied) throws {
        let repository = try Repository(destination.store, job: job)
        let stored = try repository.point(newest.generation)
        let result = try PointVerification(repository, .host(session.files))
            .run(.quick, generation: newest.generation, seed: newest.generation) {
                (progress) throws(StoreError) in
                session.console.progress(
                    Progress(label: "verify \(job) at \(destination.name)", verification: progress))
                if Interruption.cause != nil { throw .interrupted }
            }
        session.keep(in: repository, destination.target) { (notes) throws(StoreError) in
            try notes.proved(result, of: stored.reference)
        }
        guard result.isGood else {
            throw CommandFailure(
                result, of: "point \(newest.id)",
                hint: "see all that is damaged there with: "
                    + ShellQuote.posix(["hybridrep", "verify", "\(job)", "--full"] + destination.options))
        }
    }

    private var traffic: Traffic { source.store.traffic + destination.store.traffic }

    private func close() throws {
        try source.store.close()
        try destination.store.close()
    }

    /// Says why a point is missing at the other store, also where only failures are mailed.
    private func warn(of left: CopyPlan.LeftOut) {
        let number = left.pointID.prefix { $0 != "-" }
        let isReleasable = source.options.first == "--target"
        let next =
            switch left.reason {
            case .isHeld where isReleasable:
                "; check its source, then: "
                    + ShellQuote.posix(
                        ["hybridrep", "release", "\(job)", String(number)] + source.options)
            default: ""
            }
        session.console.warning(
            "point \(left.pointID) of \(source.name) is left out: \(left.reason.words)\(next)", job: job,
            target: destination.target)
    }

    /// - Throws: 22 where a point that was asked for is damaged where it is.
    private func verdict(of report: CopyReport) throws -> ExitStatus {
        guard report.damaged.isEmpty else {
            throw CommandFailure(
                .verification,
                "\(report.damaged.count.counted("point")) of job \(job) \(report.damaged.count == 1 ? "is" : "are") damaged at \(source.name) and not copied",
                hint: "see all that is damaged there with: "
                    + ShellQuote.posix(["hybridrep", "verify", "\(job)", "--full"] + source.options),
                details: report.damaged.map { "point \($0.pointID): \($0.object): \($0.reason)" })
        }
        let left = report.leftOut.filter { !$0.reason.isByAge }
        for one in left.prefix(Self.mostWarnings) { warn(of: one) }
        if left.count > Self.mostWarnings {
            session.console.warning(
                "\(left.count - Self.mostWarnings) more points are left out at \(destination.name)", job: job,
                target: destination.target)
        }
        return left.isEmpty ? .good : .degraded
    }
}

extension CopyPlan.Reason {
    /// Whether its age keeps the point out, or what its own store made of it, as may be every night.
    fileprivate var isByAge: Bool {
        switch self {
        case .isOlder, .isGone: true
        case .isDamaged, .isHeld, .lacksFull: false
        }
    }
}
