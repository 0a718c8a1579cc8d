internal import Logging
internal import Platform

/// Calls the programs that a job has around its work, and tells its monitor.
///
/// Only a run that holds the job's lock does: one that finds it taken has not begun.
struct JobHooks {
    /// What is left of an interrupted run's grace.
    private static let interruptedSeconds = 1

    let context: JobContext
    private var session: CommandContext { context.session }
    private var job: Name { context.job.name }

    /// Tells that a run begins, and prepares it.
    ///
    /// - Throws: 20 when the hook fails: what it was to prepare is the source.
    func begin() throws {
        ping("/start")
        guard let failure = run(.prePush, environment("started", nil, RunOutcome())) else { return }
        throw CommandFailure(
            .source, "\(failure); nothing was read or shipped",
            hint: "run the hook by hand, as this user, until it ends with 0")
    }

    /// Tells how a run ended.
    ///
    /// A good one whose hook fails is degraded: what is committed stays committed.
    @discardableResult func end(_ verdict: ExitStatus, _ tally: RunOutcome) -> ExitStatus {
        var verdict = verdict
        if tally.hasGoodPoint { verdict = after(.postPush, verdict, tally) }
        if verdict != .good { warn(run(.onFailure, environment(verdict.word, verdict, tally))) }
        ping(verdict == .good ? "" : "/fail")
        return verdict
    }

    /// Does other work than a push, and calls the hook after it, however it ends.
    ///
    /// As in `try JobHooks.calling(.postRehearse, of: hooks) { … }`.
    ///
    /// - Parameter hooks: Nil on a bare host, which has none.
    /// - Returns: The verdict, or degraded where it was good and the hook failed.
    static func calling(
        _ moment: HooksConfiguration.Moment, of hooks: JobHooks?, _ work: () throws -> ExitStatus
    ) throws -> ExitStatus {
        let verdict: ExitStatus
        do { verdict = try work() } catch {
            let failure = CommandFailure(wrapping: error)
            _ = hooks?.after(moment, failure.verdict, RunOutcome())
            throw failure
        }
        return hooks?.after(moment, verdict, RunOutcome()) ?? verdict
    }

    private func after(
        _ moment: HooksConfiguration.Moment, _ verdict: ExitStatus, _ tally: RunOutcome
    ) -> ExitStatus {
        let failure = run(moment, environment(verdict.word, verdict, tally))
        warn(failure)
        return failure != nil && verdict == .good ? .degraded : verdict
    }

    private func environment(_ status: String, _ verdict: ExitStatus?, _ tally: RunOutcome) -> [String:
        String]
    {
        [
            "HYBRIDREP_JOB": job.description, "HYBRIDREP_RUN_ID": session.runID.description,
            "HYBRIDREP_POINT_ID": tally.pointID ?? "", "HYBRIDREP_STATUS": status,
            "HYBRIDREP_EXIT_CODE": verdict.map { String($0.rawValue) } ?? "",
            "HYBRIDREP_BYTES_SENT": String(tally.sentBytes),
        ]
    }

    /// - Returns: What went wrong; nil when the hook ended well, or there is none.
    private func run(_ moment: HooksConfiguration.Moment, _ environment: [String: String]) -> String? {
        guard let program = context.job.hooks[moment] else { return nil }
        session.logger.debug("hook", metadata: ["moment": "\(moment.rawValue)"])
        let seconds = context.job.hooks.deadline.value.seconds
        do throws(SystemError) {
            let end = try watch(program.arguments, environment: environment, seconds: seconds)
            return end.isGood ? nil : "\(moment.rawValue) hook: \(end)"
        } catch { return "\(moment.rawValue) hook: \(error)" }
    }

    /// A monitor that is down is no reason to call a backup bad.
    private func ping(_ event: String) {
        guard let url = context.job.pingURL.value else { return }
        do throws(SystemError) {
            let end = try watch(Notifier.command, input: Notifier.input(url.address(of: event)), seconds: 30)
            // Its words may have the address in them.
            if !end.isGood { warn("ping-url \(url.shownText): curl failed, \(Notifier.reason(end.end))") }
        } catch { warn("ping-url \(url.shownText): \(error)") }
    }

    private func watch(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:], seconds: Int
    ) throws(SystemError) -> WatchedProgram {
        let isInterrupted = Interruption.cause != nil
        return try WatchedProgram(
            arguments, input: input, environment: environment,
            deadlineSeconds: isInterrupted ? Self.interruptedSeconds : seconds,
            heedsInterruption: !isInterrupted)
    }

    private func warn(_ text: String?) {
        if let text { session.console.warning(text, job: job) }
    }
}

extension ExitStatus {
    /// For hooks.
    var word: String {
        switch self {
        case .good: "good"
        case .degraded: "degraded"
        case .held: "held"
        default: "failed"
        }
    }
}
