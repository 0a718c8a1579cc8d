/// The address of a monitor that is told of runs.
///
/// Whoever knows it can say that all is well, so it is a secret: shown with its host alone.
struct PingURL: Equatable, Sendable, ConfigurationValue {
    private static let maximumBytes = 2048
    private let text: String

    /// Nil when it is not http or https, or has characters that an address does not have.
    init?(_ text: String) {
        guard ["https://", "http://"].contains(where: { text.hasPrefix($0) }),
            text.utf8.count <= Self.maximumBytes,
            text.utf8.allSatisfy({
                (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            })
        else { return nil }
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard text.split(separator: "/").count >= 2 else { return nil }
        self.text = text
    }

    /// The address of an event, in the way of healthchecks.io: `/start`, nothing, `/fail`.
    ///
    /// It goes into the path, before a query.
    func address(of event: String) -> String {
        guard let query = text.firstIndex(of: "?") else { return text + event }
        return text[..<query] + event + text[query...]
    }

    /// `https://hc-ping.com/…`: without what may be a secret, which a name and password before the host are, too.
    var shownText: String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.count >= 2,
            let host = parts[1].split(whereSeparator: { "?#".contains($0) }).first?.split(separator: "@").last
        else {
            return "…"
        }
        return "\(parts[0])//\(host)/…"
    }
    var shownJSON: JSONValue { .string(shownText) }
}
