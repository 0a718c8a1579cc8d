internal import ArgumentParser

/// Prints every effective setting and where its value came from.
struct ConfigShowCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print every effective setting and where it came from.",
        discussion: HelpExamples.text(
            "The command line overrides the environment, which overrides the file, which overrides the default.",
            ["config show --limit-rate 2M": "With the changes of the command line."]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup(title: "Overrides") var overrides: OverrideOptions

    var subject: String { "config show" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        var table = Table([.init("SETTING"), .init("VALUE"), .init("ORIGIN")])
        for setting in configuration.settings {
            table.add([setting.key, setting.text, setting.origin.place])
        }
        for line in table.lines { session.console.result(line) }
        session.console.result(
            JSONMessage(
                .summary,
                [
                    "file": .string(configuration.file),
                    "settings": .array(configuration.settings.map { describe($0) }),
                ]))
        return .good
    }

    private func describe(_ setting: ShownSetting) -> JSONValue {
        var line = JSONValue.null
        var column = JSONValue.null
        if case .file(_, let fileLine, let fileColumn) = setting.origin {
            (line, column) = (.integer(fileLine), .integer(fileColumn))
        }
        return .fields([
            "key": .string(setting.key), "value": setting.json, "origin": .string(setting.origin.kind),
            "place": .string(setting.origin.place), "line": line, "column": column,
        ])
    }
}
