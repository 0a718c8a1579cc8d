internal import Platform

/// How a command ended: its exit status, which scripts and monitoring act on.
///
/// The numbers are an interface (CONVENTIONS, Verdicts): they never change their meaning.
enum ExitStatus: Int32, CaseIterable, Sendable {
    /// Done, and good.
    case good = 0
    /// A failure not listed here.
    case failure = 1
    /// The command line or the configuration is wrong.
    case usage = 2
    /// Done, but one of several targets failed, damage was accepted by option, or a post hook failed.
    case degraded = 3
    /// The store or target is not initialised, or not found.
    case notFound = 10
    /// Another run holds the lock.
    case locked = 11
    /// Authentication failed, wrong key, or the host key changed.
    case authentication = 12
    /// The source failed: producer's exit status, short, empty, changed while read.
    case source = 20
    /// The source has bad pages, or the set is not recoverable or only with loss.
    case badPages = 21
    /// The store or restored data failed verification.
    case verification = 22
    /// The connection could not be made, was cut, or stalled, or the command's deadline passed.
    case transport = 23
    /// No space left.
    case noSpace = 24
    /// Recovery point objective exceeded, or verification or rehearsal overdue.
    case stale = 25
    /// The store's policy refused it.
    case refused = 26
    /// The sanity gate holds the point.
    case held = 27
    /// Stopped by SIGINT, after clean-up.
    case interrupted = 130
    /// Stopped by SIGTERM, after clean-up.
    case terminated = 143

    /// What the number means, as the man page lists it.
    var meaning: String {
        switch self {
        case .good: "Done, and good."
        case .failure: "A failure not listed here."
        case .usage: "The command line or the configuration is wrong."
        case .degraded:
            "Degraded: some targets failed, damage was accepted by option, or a hook after the work failed."
        case .notFound: "There is no store, job or point, or not the expected one."
        case .locked: "Another run holds the lock."
        case .authentication: "The key is not accepted, or the host key is unknown or changed."
        case .source:
            "The source failed: missing, empty, short, exit status, changed while read, or pre-push hook failed."
        case .badPages: "The source has bad pages, or the set is not recoverable or only with loss."
        case .verification: "The store or restored data is damaged."
        case .transport: "No connection, cut, stalled, or --deadline has passed."
        case .noSpace: "No space left, here or there."
        case .stale:
            "Stale: rpo is exceeded, a verification or rehearsal is overdue, or the last run made no point."
        case .refused: "The rules of the store refuse it, such as its quota."
        case .held: "Committed, but held: the point is suspicious and not latest."
        case .interrupted: "Stopped by SIGINT, after clean-up."
        case .terminated: "Stopped by SIGTERM, after clean-up."
        }
    }

    /// That of a program which was told to end.
    init(_ cause: Interruption.Cause) {
        self =
            switch cause {
            case .keyboard: .interrupted
            case .system: .terminated
            case .deadline: .transport
            }
    }

    /// The verdict of a job from those of its targets.
    ///
    /// Good when all are, held when the gate holds a committed point, degraded when some committed, else the
    /// first failure. No target at all is a failure:
    /// what did nothing is not good.
    static func ofJob(targets: [ExitStatus]) -> ExitStatus {
        guard !targets.isEmpty else { return .failure }
        guard let failure = targets.first(where: { $0 != .good }) else { return .good }
        if targets.contains(.held) { return .held }
        let committed = targets.contains { $0 == .good || $0 == .degraded }
        return committed ? .degraded : failure
    }

    /// The verdict of a command over several jobs: the first that is not good, in the order of the arguments.
    static func ofCommand(jobs: [ExitStatus]) -> ExitStatus {
        jobs.isEmpty ? .failure : jobs.first { $0 != .good } ?? .good
    }
}
