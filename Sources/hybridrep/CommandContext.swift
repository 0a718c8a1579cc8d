internal import Logging
internal import Platform

/// What a command works with: this host's files, clock and randomness, and the place where it talks.
struct CommandContext: Sendable {
    let console: Console
    /// Names this run at both ends.
    let runID: Identifier
    let files: any FileSystem
    /// Where others may have put links, which are not followed there.
    let confined = ConfinedFolders()
    let clock: any Clock
    let entropy: any Entropy
    let environment: HostEnvironment

    init(_ options: GlobalOptions) throws(SystemError) {
        files = HostFileSystem(confined: confined)
        clock = SystemClock()
        entropy = SystemEntropy()
        environment = HostEnvironment()
        runID = try Identifier.random(from: entropy)
        console = Console(
            isJSON: options.json, loudness: options.loudness, format: options.logFormat,
            runID: runID.description, clock: clock,
            environment: environment)
    }

    var logger: Logger { console.logger }
    var hostName: String { HostIdentity.hostName }
    var machine: MachineIdentity { MachineIdentity(reading: files) }
    var processID: Int { HostIdentity.processID }

    /// Who holds a lock, for people.
    var holder: String { "pid \(processID) on \(hostName), run \(runID), since \(clock.now)" }
}

extension CommandContext {
    /// Reads the configuration; every command that acts on jobs or targets begins with it.
    func configuration(
        _ options: GlobalOptions, _ overrides: OverrideOptions
    ) throws(ConfigurationError) -> Configuration {
        let file = ConfigurationFile(files: files, environment: environment)
        let configuration = try file.load(option: options.config, overrides: overrides.values)
        logger.debug("read configuration", metadata: ["file": "\(configuration.file)"])
        try trust(configuration.state.value, "state folder")
        for job in configuration.jobs {
            let spool = job.spoolDirectory.value
            try trust(spool, "spool of job \(job.name)", isShared: true)
            try trust("\(spool)/\(job.name)", "spool of job \(job.name)")
        }
        return configuration
    }
}
