internal import BackupStream

extension RehearsalEvidence {
    /// Its verdict in one line, from what was found.
    package var sentence: String {
        if let restoreFault { return "it could not be restored: \(restoreFault)" }
        let faults = faults
        if let first = faults.first {
            return first + (faults.count > 1 ? "; and \(faults.count - 1) more" : "")
        }
        // What has no page in use proves nothing by having no bad one.
        let isEmpty = use?.inUse == 0
        guard let command else {
            if databases.isEmpty { return "digest only" }
            return isEmpty ? "digest only, for no page is in use" : "pages and logs, no command"
        }
        guard command.end == .good else { return "the command \(command.howItEnded)" }
        return isEmpty ? "command, for no page is in use" : "pages, logs and command"
    }

    /// True when all that is wrong is in what was restored, as a point that was committed as damaged says itself.
    package var isExcusable: Bool {
        imageDigestMatches && restoreFault == nil && (command?.end ?? .good) == .good
    }
}

extension RehearsalEvidence.Command {
    /// `exit status 3`, `did not end in time`.
    package var howItEnded: String {
        switch end {
        case .notStarted:
            exitStatus.map { "could not be started (exit status \($0))" } ?? "could not be started"
        case .tookTooLong: "did not end in time, and was ended"
        case .good, .failed: exitStatus.map { "ended with exit status \($0)" } ?? "was ended by a signal"
        }
    }
}
