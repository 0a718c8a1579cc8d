/// Explains the exit status of a far end that has not sent a byte.
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

/// The last 64 KiB of what a program wrote to stderr.
struct StderrTail {
    /// Enough for any message worth reading, and a bound on what a peer can make us keep.
    static let keptBytes = 64 << 10
    private var bytes: [UInt8] = []

    mutating func append(_ more: Span<UInt8>) {
        // Cut only when twice the bound is held, so that many small pieces do not cost a copy each.
        bytes.append(copying: more)
        if bytes.count > 2 * Self.keptBytes { bytes.removeFirst(bytes.count - Self.keptBytes) }
    }

    /// The kept bytes as text that a terminal can show: control characters other than line feed and tab are `?`.
    var text: String {
        let plain = bytes.suffix(Self.keptBytes).map { byte in
            byte == 0x0A || byte == 0x09 || (byte >= 0x20 && byte != 0x7F) ? byte : UInt8(ascii: "?")
        }
        return String(decoding: plain, as: UTF8.self)
    }

    /// The last lines, for an error message: at most 1000 characters, without the white space around them.
    var excerpt: String { Self.excerpt(of: text) }

    static func excerpt(of text: String) -> String {
        var last = text.suffix(1_000)
        while let end = last.last, end.isWhitespace { last.removeLast() }
        while let start = last.first, start.isWhitespace { last.removeFirst() }
        return String(last)
    }
}
