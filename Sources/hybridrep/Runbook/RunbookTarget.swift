internal import Platform

/// A target as a runbook names it.
struct RunbookTarget {
    private let target: TargetConfiguration

    init(_ target: TargetConfiguration) { self.target = target }

    /// The store's folder, on the host that has it.
    var folder: String {
        switch target.kind {
        case .directory(let path): path.value
        case .ssh(let ssh): ssh.store.value
        }
    }

    /// What it is, and how its host is known.
    var facts: [String] {
        guard case .ssh(let ssh) = target.kind else { return ["", "The folder `\(folder)` of this host."] }
        var lines = [
            "",
            "The folder `\(folder)` of `\(ssh.address.value.host)`, port \(ssh.port.value), reached through an agent.",
        ]
        guard ssh.sshCommand.value == nil else {
            return lines + ["Connected to by `\(ssh.sshCommand.value?.joined(separator: " ") ?? "")`."]
        }
        let keys = (try? HostKeys(ssh).known()) ?? []
        lines += ["", "Its host key must be one of these; anything else is another host:", ""]
        lines +=
            keys.isEmpty
            ? ["- unknown to this host when this was printed"] : keys.map { "- `\($0.fingerprint)`" }
        return lines
    }

    /// The options that name the store on a host without configuration.
    var store: [String] {
        guard case .ssh(let ssh) = target.kind else { return ["--store", folder] }
        // A port that nobody has set is left to what the system's ssh is configured for.
        let port = ssh.port.origin == .builtIn ? "" : ":\(ssh.port.value)"
        var words = ["--store", "ssh://\(ssh.address.value)\(port)\(folder)"]
        if let identity = ssh.identity.value { words += ["--identity", identity] }
        if let knownHosts = ssh.knownHosts.value { words += ["--known-hosts", knownHosts] }
        if ssh.remoteCommand.origin != .builtIn { words += ["--remote-command", ssh.remoteCommand.value] }
        if let command = ssh.sshCommand.value { words += ["--ssh-command", command.joined(separator: " ")] }
        return words
    }

    /// What must be on the bare host first.
    var needs: [String] {
        guard case .ssh(let ssh) = target.kind else {
            return ["The disk, mounted so that `\(folder)` is there.", ""]
        }
        let files = [ssh.identity.value, ssh.knownHosts.value].compactMap { $0 }.map { "`\($0)`" }
        let brought =
            files.isEmpty ? "a key that the far end accepts" : "copies of \(files.joined(separator: " and "))"
        return ["Bring \(brought), the key with mode 0600.", ""]
    }

    var whereFilesAre: [String] {
        guard case .ssh(let ssh) = target.kind else { return [] }
        return [
            "On `\(ssh.address.value.host)` itself, or wherever a copy of `\(folder)` is: the key of the backups reaches the "
                + "agent alone, so this takes somebody with access to that host.", "",
        ]
    }
}
