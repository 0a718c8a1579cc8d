/// The command line of the system's `ssh` for setups that live in a user's `~/.ssh/config`.
package enum SSHCommandLine {
    /// Why a configured `ssh-command` cannot be used.
    package enum ParseError: Error, Equatable, Sendable, CustomStringConvertible {
        case empty
        case unclosedQuote

        package var description: String {
            switch self {
            case .empty: "empty"
            case .unclosedQuote: "not closed by a quote"
            }
        }
    }

    /// The options of every call (SSH.md, section 4); host keys are left to the user's own configuration.
    ///
    /// OpenSSH takes the first value of an option, so what the configured command says itself comes first and wins.
    package static let options = [
        "-T", "-oBatchMode=yes", "-oServerAliveInterval=15", "-oServerAliveCountMax=3", "-oConnectTimeout=30",
    ]

    /// The arguments to start: `command`, our options, and `remote` to run at `destination`.
    package static func argv(
        command: String, destination: SSHDestination, remote: String
    ) throws(ParseError) -> [String] {
        var arguments = try words(of: command) + options
        if let user = destination.user { arguments += ["-l", user] }
        if let port = destination.port { arguments += ["-p", String(port)] }
        return arguments + ["--", destination.host, remote]
    }

    /// Splits on spaces and tabs; text in single or double quotes stays together, and nothing else is special.
    package static func words(of text: String) throws(ParseError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Unicode.Scalar?
        // By scalars, as a shell reads: a quote stays one when a mark that joins it follows.
        for scalar in text.unicodeScalars {
            if let open = quote, scalar == open {
                quote = nil
            } else if quote == nil, scalar == "'" || scalar == "\"" {
                quote = scalar
                word = word ?? ""
            } else if quote == nil, scalar == " " || scalar == "\t" {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = word ?? ""
                word?.unicodeScalars.append(scalar)
            }
        }
        guard quote == nil else { throw .unclosedQuote }
        if let done = word { words.append(done) }
        guard words.first?.isEmpty == false else { throw .empty }
        return words
    }
}

extension ProcessTransport {
    /// Starts `command` (the configured `ssh-command`) to run `remote` at `destination`.
    package convenience init(
        command: String, destination: SSHDestination, remote: String,
        progressSeconds: Int = TransportPatience.progressSeconds
    ) throws(TransportError) {
        let arguments: [String]
        do throws(SSHCommandLine.ParseError) {
            arguments = try SSHCommandLine.argv(command: command, destination: destination, remote: remote)
        } catch {
            throw TransportError(
                .command, operation: "connect", peer: destination.description,
                detail: "ssh-command is \(error.description)")
        }
        try self.init(
            arguments, peer: destination.description, progressSeconds: progressSeconds, diagnosis: .sshClient)
    }
}
