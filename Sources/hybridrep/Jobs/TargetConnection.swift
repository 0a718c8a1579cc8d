internal import Logging
internal import OffsiteStore
internal import Platform

/// Opens the stores that targets name.
struct TargetConnection {
    let session: Session

    func open(_ target: TargetConfiguration) throws -> any ObjectStore {
        switch target.kind {
        case .directory(let path): return directory(path.value)
        case .ssh(let ssh):
            let address = ssh.address.value
            // A port that nobody has set is left to what the system's ssh is configured for.
            let port = ssh.port.origin == .builtIn ? nil : UInt16(exactly: ssh.port.value)
            return try agent(
                try SSHDestination(user: address.user, host: address.host, port: port),
                store: ssh.store.value, remoteCommand: ssh.remoteCommand.value, identity: ssh.identity.value,
                knownHosts: ssh.knownHosts.value, sshCommand: ssh.sshCommand.value)
        }
    }

    func directory(_ path: String) -> DirectoryStore {
        DirectoryStore(root: path, files: session.files, clock: session.clock, entropy: session.entropy)
    }

    /// Starts an agent at the far end and shakes hands with it.
    func agent(
        _ destination: SSHDestination, store: String, remoteCommand: String, identity: String?,
        knownHosts: String?, sshCommand: [String]?
    ) throws -> any ObjectStore {
        let command = remoteCommand + " " + ShellQuote.posix(["serve", "--store", store])
        let transport: any Transport
        do throws(TransportError) {
            if let sshCommand {
                transport = try ProcessTransport(
                    command: sshCommand.joined(separator: " "), destination: destination, remote: command)
            } else {
                var options = SSHOptions()
                options.identityFiles = identity.map { [$0] } ?? []
                options.knownHostsFile = knownHosts
                transport = try SSHTransport(to: destination, command: command, options: options)
            }
        } catch { throw StoreError(error) }
        session.logger.debug("agent started", metadata: ["destination": "\(destination)"])
        return try AgentStore(
            over: transport, label: "ssh \(destination):\(store)",
            dialect: Dialect(toolVersion: ToolVersion.current), runID: session.runID.description)
    }
}
