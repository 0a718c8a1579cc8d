internal import Platform

/// The keys by which a target's host is known, as `ssh-keygen` finds them.
struct HostKeys {
    struct Key {
        /// As in `ED25519 SHA256:…`.
        let fingerprint: String
        let file: String
    }

    private let ssh: SSHTarget

    init(_ ssh: SSHTarget) { self.ssh = ssh }

    /// The host as known-hosts files name it.
    var name: String {
        let host = ssh.address.value.host
        return ssh.port.value == 22 ? host : "[\(host)]:\(ssh.port.value)"
    }

    /// The files that are looked into, the first one first.
    var files: [String] {
        if let file = ssh.knownHosts.value { return [file] }
        let home = HostEnvironment().value("HOME") ?? "~"
        return [home + "/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"]
    }

    /// The command that fetches a key.
    var scan: String {
        let port = ssh.port.value == 22 ? [] : ["-p", "\(ssh.port.value)"]
        return ShellQuote.posix(["ssh-keyscan"] + port + ["-t", "ed25519", ssh.address.value.host])
    }

    func known() throws(SystemError) -> [Key] {
        var keys: [Key] = []
        for file in files {
            let found = try ProgramOutput(of: ["ssh-keygen", "-l", "-F", name, "-f", file])
            for line in found.text.split(separator: "\n") where !line.hasPrefix("#") {
                let words = line.split(separator: " ")
                guard words.count >= 3, words[2].hasPrefix("SHA256:") else { continue }
                keys.append(Key(fingerprint: "\(words[1]) \(words[2])", file: file))
            }
        }
        return keys
    }
}
