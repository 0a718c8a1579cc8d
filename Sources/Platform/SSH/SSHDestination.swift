/// Where to connect: `[user@]host[:port]`, an IPv6 address in brackets when a port follows.
///
/// An accepted value can be put on a command line and into a known-hosts line as it is: it begins with no dash and
/// has no white space, no control character and no shell character in it.
package struct SSHDestination: Equatable, Hashable, Sendable, CustomStringConvertible {
    package static let defaultPort: UInt16 = 22

    /// nil: the user who runs this program.
    package let user: String?
    /// A name or an address, without brackets.
    package let host: String
    /// nil: 22, or what the system's `ssh` is configured for.
    package let port: UInt16?

    /// Why a text is not a destination.
    package enum ParseError: Error, Equatable, Sendable, CustomStringConvertible {
        case badUser(String)
        case badHost(String)
        case badPort(String)

        package var description: String {
            switch self {
            case .badUser(let text): "\"\(text)\" is not the name of a user"
            case .badHost(let text): "\"\(text)\" is not the name or address of a host"
            case .badPort(let text): "\"\(text)\" is not a port"
            }
        }
    }

    package init(user: String? = nil, host: String, port: UInt16? = nil) throws(ParseError) {
        guard user.map({ Self.isPlain($0, and: "._-+@\\") }) != false else { throw .badUser(user ?? "") }
        // One colon makes neither a name nor an IPv6 address, and would read as a port.
        guard Self.isPlain(host, and: "._-:%"), host.utf8.count(where: { $0 == UInt8(ascii: ":") }) != 1
        else {
            throw .badHost(host)
        }
        guard port != 0 else { throw .badPort("0") }
        self.user = user
        self.host = host
        self.port = port
    }

    package init(parsing text: String) throws(ParseError) {
        var rest = Substring(text)
        var user: String?
        // The last one, as OpenSSH does: a user's name may be a mail address.
        if let at = rest.lastIndex(of: "@") {
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        let host: Substring
        var portText: Substring?
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { throw .badHost(String(rest)) }
            host = rest[rest.index(after: rest.startIndex)..<end]
            let after = rest[rest.index(after: end)...]
            guard after.isEmpty || after.first == ":" else { throw .badHost(String(rest)) }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = rest.firstIndex(of: ":"), colon == rest.lastIndex(of: ":") {
            host = rest[..<colon]
            portText = rest[rest.index(after: colon)...]
        } else {
            // No colon, or an IPv6 address by itself.
            host = rest
        }
        var port: UInt16?
        if let portText {
            guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(portText)
            else {
                throw .badPort(String(portText))
            }
            port = number
        }
        try self.init(user: user, host: String(host), port: port)
    }

    private static func isPlain(_ text: String, and others: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255, !text.hasPrefix("-") else { return false }
        return text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || others.utf8.contains(byte)
        }
    }

    package var description: String {
        let name = host.contains(":") && port != nil ? "[\(host)]" : host
        return (user.map { $0 + "@" } ?? "") + name + (port.map { ":\($0)" } ?? "")
    }
}

/// How to connect, apart from where to: all that the transport in process is told; no `ssh_config` is read.
package struct SSHOptions: Equatable, Sendable {
    /// Private keys to offer; none means the agent behind `SSH_AUTH_SOCK` if there is one, then the default files.
    package var identityFiles: [String] = []
    /// The only file to look for host keys in; nil means the user's and the system's.
    package var knownHostsFile: String?
    /// Longest wait for a connection, and then again for each step of the handshake.
    package var connectSeconds = 30
    /// Longest wait without a byte moved.
    package var progressSeconds = TransportPatience.progressSeconds
    /// How long nothing is sent while waiting, before a sign of life is.
    package var keepAliveSeconds = 15
    /// AES-GCM first: 1.4 to 1.6 times faster than what is chosen otherwise; the last for far ends without AES.
    package var ciphers = "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"
    /// How far the far end's window is opened: bytes on their way to here at once.
    ///
    /// libssh opens the window as far as a read asks for. Left alone it opens to 1.28 MB and tells the far end at half
    /// of that, which over a round trip of 100 ms makes 6 MB/s; 16 MiB make 90 MB/s. As much may have to be kept for
    /// an owner that does not read.
    package var readBytes = SSHOptions.defaultReadBytes
    package static let defaultReadBytes = 16 << 20

    package init() {}
}
