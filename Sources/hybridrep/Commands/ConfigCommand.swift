internal import ArgumentParser

/// Groups the commands about the configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check, show or create a configuration.",
        discussion: HelpExamples.text([
            "config example > /etc/hybridrep/hybridrep.yaml": "A file to begin with.",
            "config check": "Can it be used?",
            "config show": "The effective settings, and where they came from.",
        ]),
        subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self, ConfigExampleCommand.self])
}
