internal import BackupStream
internal import OffsiteStore
internal import Platform
internal import Restore
internal import Verify

/// Why a command failed, in the words a user reads.
///
/// Printed as `hybridrep run mdb01: FAILED (22) MESSAGE`, then the details, then `hint: HINT`.
struct CommandFailure: Error {
    let verdict: ExitStatus
    /// One line, complete by itself: what was tried, on what, what the system said.
    let message: String
    /// The next command to type or thing to look at.
    let hint: String?
    /// Further evidence, one line each.
    let details: [String]

    init(_ verdict: ExitStatus, _ message: String, hint: String? = nil, details: [String] = []) {
        self.verdict = verdict
        self.message = message
        self.hint = hint
        self.details = details
    }

    /// The message with the hint behind it, for where there is one line.
    var line: String { message + (hint.map { "; \($0)" } ?? "") }

    /// A failed system call; only a full disk has a verdict of its own.
    init(_ error: SystemError, hint: String? = nil) {
        let lacksLinks = "this file system has no hard links: use ext4, xfs, btrfs or NFS"
        self.init(
            error.isNoSpace ? .noSpace : .failure, error.description,
            hint: hint ?? (error.lacksHardLinks ? lacksLinks : nil))
    }

    /// Any error at all, for the one place that catches them all.
    init(wrapping error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as SystemError: self.init(error)
        case let error as StoreError: self.init(error)
        case let error as SyncError: self.init(error)
        case let error as BackupError: self.init(error)
        case let error as TarError: self.init(error)
        case let error as ConfigurationError: self.init(error)
        case let error as HistoryError: self.init(.failure, error.description, hint: error.hint)
        default: self.init(.failure, "\(error)")
        }
    }
}
