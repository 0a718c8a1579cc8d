internal import Platform

/// Looks at the files of keys: those of this host, and those that hosts must show.
struct KeyCheck {
    let context: JobContext

    /// The job's secret.
    var secret: Finding {
        let path = "\(context.configuration.state.value)/\(context.job.name)/job"
        do throws(SystemError) {
            guard let status = try context.session.files.status(path) else {
                return .warning(
                    "job secret", nil, "\(path) is not there: it will be read back from a target",
                    next: "hybridrep init \(context.job.targets.value[0]) --job \(context.job.name)")
            }
            return mode("job secret", nil, path, status)
        } catch { return .failed("job secret", nil, error, otherwise: "ls -l \(ShellQuote.posix(path))") }
    }

    func findings(_ ssh: SSHTarget, _ target: Name) -> [Finding] {
        [identity(ssh, target), host(ssh, target)]
    }

    private func identity(_ ssh: SSHTarget, _ target: Name) -> Finding {
        if ssh.sshCommand.value != nil { return .good("key", target, "left to ssh-command") }
        guard let path = ssh.identity.value else {
            return .good("key", target, "none is configured: keys of the ssh agent and of ~/.ssh are tried")
        }
        do throws(SystemError) {
            guard let status = try context.session.files.status(path) else {
                return .failed(
                    .authentication, "key", target, "\(path) is not there",
                    next: "ssh-keygen -q -t ed25519 -N '' -f \(ShellQuote.posix(path))")
            }
            return mode("key", target, path, status)
        } catch { return .failed("key", target, error, otherwise: "ls -l \(ShellQuote.posix(path))") }
    }

    private func mode(_ check: String, _ target: Name?, _ path: String, _ status: FileStatus) -> Finding {
        guard status.kind == .regular else {
            return .failed(
                .authentication, check, target, "\(path) is not a regular file",
                next: "ls -l \(ShellQuote.posix(path))")
        }
        let mode = String(status.mode, radix: 8)
        guard status.mode & 0o077 == 0 else {
            return .failed(
                .authentication, check, target, "\(path) has mode \(mode): others may use it",
                next: "chmod 600 \(ShellQuote.posix(path))")
        }
        return .good(check, target, "\(path), mode \(mode)")
    }

    private func host(_ ssh: SSHTarget, _ target: Name) -> Finding {
        let check = "host key"
        if ssh.sshCommand.value != nil { return .good(check, target, "left to ssh-command") }
        let keys = HostKeys(ssh)
        do throws(SystemError) {
            let known = try keys.known()
            guard !known.isEmpty else {
                return .failed(
                    .authentication, check, target,
                    "\(keys.name) is not in \(keys.files.joined(separator: " or "))",
                    next:
                        "\(keys.scan) >> \(ShellQuote.posix(keys.files[0])); compare its fingerprint at the far end"
                )
            }
            return .good(
                check, target, "\(keys.name) is known by \(known.map(\.fingerprint).joined(separator: ", "))")
        } catch {
            return .warning(
                check, target, "unknown: ssh-keygen cannot be asked (\(error))",
                next: "apt-get install openssh-client")
        }
    }
}
