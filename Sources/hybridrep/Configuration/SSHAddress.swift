internal import Platform

/// `[user@]host`, the place of an agent.
struct SSHAddress: Equatable, Sendable, CustomStringConvertible, ConfigurationValue {
    /// Nil for the user that runs this program.
    let user: String?
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    let host: String

    /// Nil when a part is empty, begins with a dash (an `ssh` program would take it for an option), or has other
    /// characters than such names have.
    init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let user = parts.count == 2 ? parts[0] : nil
        var host = parts[parts.count - 1]
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard Self.isPlain(host, extra: ".-_:%"), user.map({ Self.isPlain($0, extra: ".-_\\+") }) ?? true
        else {
            return nil
        }
        // What is accepted here must be good enough for the connection, too: `host:2222` is not.
        guard (try? SSHDestination(user: user, host: host)) != nil else { return nil }
        self.user = user
        self.host = host
    }

    var description: String { (user.map { "\($0)@" } ?? "") + (host.contains(":") ? "[\(host)]" : host) }
    var shownText: String { description }
    var shownJSON: JSONValue { .string(description) }

    private static func isPlain(_ text: String, extra: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255 && !text.hasPrefix("-")
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                    || extra.unicodeScalars.contains(scalar)
            }
    }
}
