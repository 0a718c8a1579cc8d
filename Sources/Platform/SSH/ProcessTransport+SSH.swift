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
