internal import ArgumentParser

/// Reads the configuration and says whether it can be used.
struct ConfigCheckCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check whether the configuration can be used.",
        discussion: HelpExamples.text([
            "config check --config ./hybridrep.yaml": "Check a file before it is installed."
        ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup(title: "Overrides") var overrides: OverrideOptions

    var subject: String { "config check" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let jobs = configuration.jobs.count
        let targets = configuration.targets.count
        session.console.result(
            "\(configuration.file): ok, \(jobs) \(jobs == 1 ? "job" : "jobs"), "
                + "\(targets) \(targets == 1 ? "target" : "targets")")
        session.console.result(
            JSONMessage(
                .summary,
                [
                    "file": .string(configuration.file), "jobs": .integer(jobs), "targets": .integer(targets),
                ]))
        return .good
    }
}
