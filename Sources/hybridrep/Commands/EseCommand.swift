internal import ArgumentParser

/// What the administrator's own tool would say of a database and its logs.
struct EseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ese", abstract: "Look into ESE databases and logs, in the labels of eseutil.",
        subcommands: [
            EseHeaderCommand.self, EsePagesCommand.self, EseLogsCommand.self, EseSetCommand.self,
        ])
}
