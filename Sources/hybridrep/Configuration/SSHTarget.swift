internal import Platform

/// A store behind an agent, and how to reach it.
struct SSHTarget: Sendable {
    static let keys = [
        "ssh", "port", "identity", "known-hosts", "lanes", "store", "remote-command", "ssh-command",
        "limit-rate", "retry-for",
    ]

    let address: Setting<SSHAddress>
    let port: Setting<Int>
    /// Private key; nil for those the agent of the session or the usual files offer.
    let identity: Setting<String?>
    /// Nil for the user's and the system's.
    let knownHosts: Setting<String?>
    /// Agents that a connection feeds in parallel.
    let lanes: Setting<Int>
    /// Folder of the store at the far end.
    let store: Setting<String>
    /// The agent's program at the far end.
    let remoteCommand: Setting<String>
    /// Words that start an ssh program, instead of libssh.
    let sshCommand: Setting<[String]?>
    /// Most bytes a second in each direction, for all lanes together.
    let limitRate: Setting<RateSchedule?>
    /// How long a push whose connection broke goes on trying, from the last progress on.
    let retryFor: Setting<TimeSpan>

    init(_ mapping: YAMLMapping) throws(ConfigurationError) {
        func file(_ key: String) throws(ConfigurationError) -> Setting<String?> {
            try mapping.setting(key, default: nil) { scalar throws(ConfigurationError) in try scalar.path() }
        }
        func number(
            _ key: String, default fallback: Int, in range: ClosedRange<Int>
        ) throws(ConfigurationError) -> Setting<Int> {
            try mapping.setting(key, default: fallback) { scalar throws(ConfigurationError) in
                try scalar.integer(in: range)
            }
        }
        address = try mapping.required("ssh") { scalar throws(ConfigurationError) in
            guard let address = SSHAddress(try scalar.string()) else {
                throw scalar.error(
                    "expected user@host, found \"\(scalar.text)\"", hint: Self.addressHint(scalar.text))
            }
            return address
        }
        port = try number("port", default: 22, in: 1...65_535)
        identity = try file("identity")
        knownHosts = try file("known-hosts")
        lanes = try number("lanes", default: 4, in: 1...16)
        store = try mapping.required("store") { scalar throws(ConfigurationError) in
            let path = try scalar.string()
            guard path.hasPrefix("/") else {
                throw scalar.error("\"\(path)\" is not an absolute path at the far end")
            }
            return path
        }
        remoteCommand = try mapping.setting("remote-command", default: "hybridrep") {
            scalar throws(ConfigurationError) in try scalar.string()
        }
        sshCommand = try mapping.setting("ssh-command", default: nil) { scalar throws(ConfigurationError) in
            try Self.words(scalar)
        }
        if sshCommand.value != nil {
            try mapping.refuse(
                ["identity", "known-hosts"], because: "is for libssh; ssh-command has options of its own")
        }
        limitRate = try mapping.setting("limit-rate", default: nil) { value throws(ConfigurationError) in
            value.isMapping ? try RateSchedule(windows: value) : try value.scalar().rate()
        } replaced: { scalar throws(ConfigurationError) in
            try scalar.rate()
        }
        retryFor = try mapping.setting("retry-for", default: TimeSpan(seconds: 300)) {
            scalar throws(ConfigurationError) in try scalar.duration()
        }
    }

    func settings(at path: String) -> [ShownSetting] {
        [
            address.shown(as: "\(path).ssh"), port.shown(as: "\(path).port"),
            identity.shown(as: "\(path).identity"), knownHosts.shown(as: "\(path).known-hosts"),
            lanes.shown(as: "\(path).lanes"), store.shown(as: "\(path).store"),
            remoteCommand.shown(as: "\(path).remote-command"), sshCommand.shown(as: "\(path).ssh-command"),
            limitRate.shown(as: "\(path).limit-rate"), retryFor.shown(as: "\(path).retry-for"),
        ]
    }

    /// What to write in place of an address that cannot be used.
    static func addressHint(_ text: String) -> String {
        var rest = Substring(text)
        if rest.hasPrefix("ssh://") { rest = rest.dropFirst("ssh://".count) }
        let path = rest.firstIndex(of: "/").map { String(rest[$0...]) }
        rest = rest.prefix { $0 != "/" }
        guard let found = try? SSHDestination(parsing: String(rest)),
            let address = SSHAddress(
                (found.user.map { "\($0)@" } ?? "")
                    + (found.host.contains(":") ? "[\(found.host)]" : found.host)),
            found.port != nil || path != nil
        else { return "the port has its own key" }
        let port = found.port.map { ", and the port has its own key: port: \($0)" } ?? ""
        let folder = path.map { ", and the folder: store: \($0)" } ?? ""
        return "write ssh: \(address)\(port)\(folder)"
    }

    /// Splits at spaces.
    ///
    /// There is no shell: a quote would become part of a word, so it is refused.
    private static func words(_ scalar: Scalar) throws(ConfigurationError) -> [String] {
        let text = try scalar.string()
        guard !text.contains(where: { "\"'\\$`;|&<>*?".contains($0) }) else {
            throw scalar.error(
                "\"\(text)\" needs a shell, and none is used",
                hint: "put complicated settings into ~/.ssh/config under a host alias")
        }
        let words = text.split(separator: " ").map(String.init)
        guard !words.isEmpty else { throw scalar.error("the command is empty") }
        return words
    }
}
