internal import OffsiteStore
internal import Platform

extension TargetConnection {
    private static let scheme = "ssh://"

    /// Opens a store that no configuration names.
    ///
    /// - Parameter text: `ssh://[user@]host[:port]/path`, or a folder.
    func open(
        named text: String, _ overrides: OverrideOptions, mayForget: Bool = false
    ) throws -> any ObjectStore {
        guard text.hasPrefix(Self.scheme) else { return BareStore(try directory(text)) }
        let rest = text.dropFirst(Self.scheme.count)
        guard let slash = rest.firstIndex(of: "/"),
            let destination = try? SSHDestination(parsing: String(rest[..<slash]))
        else {
            throw CommandFailure(
                .usage, "\(text) is not a store",
                hint: "as in ssh://hybridrep@vault.example.net:22/srv/hybridrep")
        }
        let store = try agent(
            AgentLink(
                destination: destination, store: String(rest[slash...]),
                remoteCommand: overrides.remoteCommand ?? "hybridrep",
                identity: overrides.identity, knownHosts: overrides.knownHosts,
                sshCommand: overrides.sshCommand.map { $0.split(separator: " ").map(String.init) },
                lanes: 1, limitRate: try overrides.rate(), mayForget: mayForget))
        return BareStore(store)
    }
}
