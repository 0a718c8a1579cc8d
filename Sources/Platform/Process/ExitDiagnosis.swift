/// What an exit status says about a far end that has not sent a byte.
enum ExitDiagnosis {
    /// A program of ours, or a command that a shell at the far end was to start.
    case program
    /// OpenSSH's client, which has 255 for its own failures and says which on stderr.
    case sshClient

    /// The error behind `status`, or nil when the program itself chose that status.
    func error(status: Int32, stderr: String, operation: String, peer: String) -> TransportError? {
        let said = StderrTail.excerpt(of: stderr)
        switch (self, status) {
        case (_, 126), (_, 127):
            return TransportError(
                .command, operation: operation, peer: peer,
                detail: said.isEmpty ? "the command cannot be started (status \(status))" : said,
                hint: "install hybridrep at the far end, or set remote-command to its full path")
        case (.sshClient, 255):
            let refused = [
                "Permission denied", "Host key verification failed", "Too many authentication failures",
            ]
            let isRefusal = refused.contains { said.contains($0) }
            return TransportError(
                isRefusal ? .authentication : .connect, operation: operation, peer: peer,
                detail: said.isEmpty ? "ssh ended with status 255" : said,
                hint: isRefusal ? "run the same ssh-command by hand, as the same user, until it works" : nil)
        default: return nil
        }
    }
}

extension TransportError {
    /// Cut while in use; what the far end said last goes into the detail.
    static func closed(_ operation: String, peer: String, reason: String, stderr: String) -> Self {
        Self(.closed, operation: operation, peer: peer, detail: Self.detail(reason, stderr))
    }

    /// A deadline passed without a byte moved.
    static func stalled(_ operation: String, peer: String, stderr: String) -> Self {
        Self(.stalled, operation: operation, peer: peer, detail: Self.detail("no progress", stderr))
    }

    private static func detail(_ reason: String, _ stderr: String) -> String {
        let said = StderrTail.excerpt(of: stderr)
        return said.isEmpty ? reason : "\(reason); the far end said: \(said)"
    }
}
