internal import CLibSSH

extension SSHSession {
    /// Accepts a key that the known-hosts file has for this host, and nothing else.
    func verifyHostKey(_ knownHosts: KnownHosts) throws(TransportError) {
        let verdict = unsafe ssh_session_is_known_server(handle)
        if verdict == SSH_KNOWN_HOSTS_OK { return }
        let offered = offeredKey
        let shown = "\(offered.type) key \(offered.fingerprint)"
        let compare =
            "compare it at the far end (ssh-keygen -lf /etc/ssh/ssh_host_\(offered.keyscanType)_key.pub)"
        let add =
            "ssh-keyscan\(portOption) -t \(offered.keyscanType) \(destination.host) >> "
            + ShellQuote.posix(knownHosts.path)
        let detail: String
        let hint: String
        switch verdict {
        case SSH_KNOWN_HOSTS_CHANGED:
            detail = "the host key has changed: it offers the \(shown)"
            hint =
                "if that is expected, \(compare), then: ssh-keygen -R \(ShellQuote.posix(knownHostsName)) -f "
                + "\(ShellQuote.posix(knownHosts.path)) && \(add)"
        case SSH_KNOWN_HOSTS_OTHER:
            detail = "only a key of another type is known: it offers the \(shown)"
            hint = "\(compare), then: \(add)"
        case SSH_KNOWN_HOSTS_UNKNOWN, SSH_KNOWN_HOSTS_NOT_FOUND:
            detail = "the host is not in \(knownHosts.path): it offers the \(shown)"
            hint = "\(compare), then: \(add)"
        default:
            throw error(.authentication, "connect")
        }
        throw TransportError(.authentication, operation: "connect", peer: peer, detail: detail, hint: hint)
    }

    private var portOption: String { destination.port.map { " -p \($0)" } ?? "" }

    /// How a known-hosts file names this host.
    private var knownHostsName: String {
        guard let port = destination.port, port != SSHDestination.defaultPort else { return destination.host }
        return "[\(destination.host)]:\(port)"
    }

    /// The key the far end has shown.
    private var offeredKey: (type: String, keyscanType: String, fingerprint: String) {
        let unknown = (type: "unknown", keyscanType: "ed25519", fingerprint: "of unknown fingerprint")
        var key: OpaquePointer?
        guard unsafe ssh_get_server_publickey(handle, &key) == SSH_OK, let key = unsafe key else {
            return unknown
        }
        defer { unsafe ssh_key_free(key) }
        let fingerprint = unsafe Self.fingerprint(of: key) ?? unknown.fingerprint
        let kind = unsafe ssh_key_type(key)
        let type = unsafe ssh_key_type_to_char(kind).map { unsafe String(cString: $0) } ?? unknown.type
        let scanned =
            if type.contains("ecdsa") { "ecdsa" } else if type.contains("rsa") { "rsa" } else { "ed25519" }
        return (type, scanned, fingerprint)
    }

    /// `SHA256:…` as every tool prints it.
    static func fingerprint(of key: OpaquePointer) -> String? {
        var hash: UnsafeMutablePointer<UInt8>?
        var length = 0
        guard unsafe ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) == 0 else {
            return nil
        }
        defer { unsafe ssh_clean_pubkey_hash(&hash) }
        guard let text = unsafe ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length) else {
            return nil
        }
        defer { unsafe ssh_string_free_char(text) }
        return unsafe String(cString: text)
    }
}
