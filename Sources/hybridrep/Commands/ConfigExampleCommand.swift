internal import ArgumentParser

/// Prints a commented configuration to begin with.
struct ConfigExampleCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "example", abstract: "Print a commented configuration to begin with.",
        discussion: HelpExamples.text([
            "config example > /etc/hybridrep/hybridrep.yaml": "A file to begin with."
        ]))

    @OptionGroup var options: GlobalOptions

    var subject: String { "config example" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        for line in ConfigurationExample.text.split(separator: "\n", omittingEmptySubsequences: false) {
            session.console.result(String(line))
        }
        session.console.result(JSONMessage(.summary, ["example": .string(ConfigurationExample.text + "\n")]))
        return .good
    }
}
