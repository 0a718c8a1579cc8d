internal import ArgumentParser

/// What the administrator's own tool would say of a database and its logs.
struct EseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ese", abstract: "Inspect ESE databases and logs, with the labels of eseutil.",
        discussion: HelpExamples.text([
            "ese set /mnt/snap/mdb01": "Would recovery succeed?",
            "ese pages /mnt/snap/mdb01/mdb01.edb": "Is every page intact?",
        ]),
        subcommands: [
            EseHeaderCommand.self, EsePagesCommand.self, EseLogsCommand.self, EseSetCommand.self,
        ])
}
