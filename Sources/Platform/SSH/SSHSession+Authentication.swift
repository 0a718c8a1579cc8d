internal import CLibSSH
internal import Glibc

extension SSHSession {
    private enum Offer {
        case accepted
        /// The offered methods, for the message.
        case refused(String)
    }

    /// Shows keys until one is accepted: the configured ones, else the agent's and then the default files.
    func authenticate() throws(TransportError) {
        var tried: [String] = []
        if options.identityFiles.isEmpty {
            if unsafe getenv("SSH_AUTH_SOCK") != nil {
                if case .accepted = try outcome(unsafe ssh_userauth_agent(handle, nil), of: "") { return }
                tried.append("the agent's keys")
            }
            for name in ["id_ed25519", "id_ecdsa", "id_rsa"] {
                let path = HostUser.current.home + "/.ssh/" + name
                guard unsafe access(path, F_OK) == 0 else { continue }
                do throws(TransportError) {
                    guard case .refused(let key) = try offer(path) else { return }
                    tried.append(key)
                } catch {
                    // One bad default file must not hide the others; the connection's own failures end it.
                    guard isConnected, error.kind == .authentication else { throw error }
                    tried.append(error.detail)
                }
            }
        } else {
            for path in options.identityFiles {
                guard case .refused(let key) = try offer(HostUser.current.expand(path)) else { return }
                tried.append(key)
            }
        }
        let user = destination.user ?? HostUser.current.name
        throw TransportError(
            .authentication, operation: "authenticate at", peer: peer,
            detail: tried.isEmpty
                ? "no key to offer for \(user)"
                : "no key accepted for \(user); tried " + tried.joined(separator: ", "),
            hint: tried.isEmpty
                ? "set identity to a private key without passphrase, or start an agent"
                : "add the public key to ~\(user)/.ssh/authorized_keys at the far end")
    }

    /// Shows the key in one file.
    private func offer(_ path: String) throws(TransportError) -> Offer {
        try checkMode(of: path)
        var key: OpaquePointer?
        var isEncrypted = false
        let result = unsafe withUnsafeMutablePointer(to: &isEncrypted) { flag in
            // Called when there is a passphrase to ask for. Without it OpenSSL would ask on the terminal.
            unsafe ssh_pki_import_privkey_file(
                path, nil,
                { _, _, _, _, _, flag in
                    unsafe flag?.storeBytes(of: true, as: Bool.self)
                    return -1
                }, flag, &key)
        }
        guard result == SSH_OK, let key = unsafe key else {
            let why =
                isEncrypted ? "is encrypted with a passphrase" : "is not a private key that libssh can read"
            throw TransportError(
                .authentication, operation: "authenticate at", peer: peer, detail: "\(path) \(why)",
                hint: isEncrypted
                    ? "use a key without passphrase (ssh-keygen -p -f \(ShellQuote.posix(path))), or an agent"
                    : nil)
        }
        defer { unsafe ssh_key_free(key) }
        let fingerprint = unsafe Self.fingerprint(of: key) ?? ""
        return try outcome(unsafe ssh_userauth_publickey(handle, nil, key), of: "\(path) (\(fingerprint))")
    }

    /// Refuses a private key that others can read, as OpenSSH does, and what is no file at all.
    private func checkMode(of path: String) throws(TransportError) {
        var found = stat()
        let detail: String
        var hint: String?
        if unsafe stat(path, &found) != 0 {
            detail = SystemError.last("open", path).description
        } else if found.st_mode & S_IFMT != S_IFREG {
            // libssh would wait for the other end of a FIFO.
            detail = SystemError.notRegular(path).description
            hint = "set identity to a file with a private key"
        } else if found.st_uid == geteuid(), found.st_mode & 0o077 != 0 {
            detail = "\(path) can be read by others (mode 0\(String(found.st_mode & 0o7777, radix: 8)))"
            hint = "chmod 600 \(ShellQuote.posix(path))"
        } else {
            return
        }
        throw TransportError(
            .authentication, operation: "authenticate at", peer: peer, detail: detail, hint: hint)
    }

    private func outcome(_ result: Int32, of key: String) throws(TransportError) -> Offer {
        switch result {
        case SSH_AUTH_SUCCESS.rawValue: return .accepted
        case SSH_AUTH_PARTIAL.rawValue:
            throw TransportError(
                .authentication, operation: "authenticate at", peer: peer,
                detail: "the far end wants more than a key", hint: "use ssh-command")
        case SSH_AUTH_AGAIN.rawValue:
            throw TransportError(.stalled, operation: "authenticate at", peer: peer, detail: "no progress")
        case SSH_AUTH_ERROR.rawValue where !isConnected:
            // A far end that has enough of our keys says goodbye; a line that breaks does not.
            let isGoodbye = reason.contains("SSH_MSG_DISCONNECT")
            throw error(
                isGoodbye ? .authentication : .closed, "authenticate at",
                hint: "it may allow fewer keys than were offered")
        default: return .refused(key)
        }
    }
}
