internal import ArgumentParser

/// Prints what `script/install` adds to the man pages; not for users, so help does not list it.
struct ManualCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual", abstract: "Print a part of the man pages.", shouldDisplay: false)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "program: sections of hybridrep(1); configuration: hybridrep.yaml(5).")
    var part: Manual

    var subject: String { "manual" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        for line in part.lines { session.console.result(line) }
        return .good
    }
}

extension Manual: ExpressibleByArgument {}
