internal import ArgumentParser
internal import Platform

/// A setting that an environment variable or an option can replace, for every job and target at once.
enum Overridable: String, CaseIterable, Sendable {
    case state
    case level
    case lanes
    case limitRate = "limit-rate"
    case identity
    case knownHosts = "known-hosts"
    case remoteCommand = "remote-command"
    case sshCommand = "ssh-command"

    /// `HYBRIDREP_LIMIT_RATE`.
    var variable: String { "HYBRIDREP_" + rawValue.uppercased().replacing("-", with: "_") }
    /// `--limit-rate`.
    var option: String { "--" + rawValue }
}

/// What stands above the configuration file: the command line, and below it the environment.
struct Overrides: Sendable {
    private let commandLine: [Overridable: String]
    private let environment: HostEnvironment

    init(commandLine: [Overridable: String], environment: HostEnvironment) {
        self.commandLine = commandLine
        self.environment = environment
    }

    /// The replacement for a setting, if there is one.
    func text(for key: Overridable) -> (text: String, origin: Origin)? {
        if let text = commandLine[key] { return (text, .commandLine(key.option)) }
        if let text = environment.value(key.variable) { return (text, .environment(key.variable)) }
        return nil
    }
}

/// The options behind ``Overridable``, for every command that reads the configuration.
struct OverrideOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder for this host's state.", valueName: "folder"), completion: .directory)
    var state: String?

    @Option(help: ArgumentHelp("Compression level: auto, or 1 to 19.", valueName: "level"))
    var level: String?

    @Option(help: ArgumentHelp("Number of parallel upload streams.", valueName: "number"))
    var lanes: String?

    @Option(help: ArgumentHelp("Maximum bytes per second to each target, or none.", valueName: "rate"))
    var limitRate: String?

    @Option(help: ArgumentHelp("Private key for the connection.", valueName: "file"), completion: .file())
    var identity: String?

    @Option(help: ArgumentHelp("File with trusted host keys.", valueName: "file"), completion: .file())
    var knownHosts: String?

    @Option(help: ArgumentHelp("Command of the agent at the far end.", valueName: "command"))
    var remoteCommand: String?

    @Option(help: ArgumentHelp("Connect with this program instead of libssh.", valueName: "command"))
    var sshCommand: String?

    /// The rate that was asked for, where there is no configuration to replace it in.
    func rate() throws(ConfigurationError) -> RateSchedule? {
        guard let limitRate else { return nil }
        let option = Overridable.limitRate.option
        return try Scalar(
            text: limitRate, isPlain: true, key: "limit-rate", origin: .commandLine(option), home: nil
        ).rate()
    }

    /// The words by which a command names a store without configuration.
    ///
    /// - Parameter store: A folder or an address.
    func storeWords(_ store: String) -> [String] {
        let more: [(Overridable, String?)] = [
            (.identity, identity), (.knownHosts, knownHosts), (.remoteCommand, remoteCommand),
            (.sshCommand, sshCommand),
        ]
        return ["--store", store] + more.flatMap { key, value in value.map { [key.option, $0] } ?? [] }
    }

    var values: [Overridable: String] {
        let given: [Overridable: String?] = [
            .state: state, .level: level, .lanes: lanes, .limitRate: limitRate, .identity: identity,
            .knownHosts: knownHosts, .remoteCommand: remoteCommand, .sshCommand: sshCommand,
        ]
        return given.compactMapValues { $0 }
    }
}
