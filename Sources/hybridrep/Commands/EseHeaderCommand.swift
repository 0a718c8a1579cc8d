internal import ArgumentParser
internal import BackupStream
internal import ESE
internal import Platform

/// Prints a database's header, as `eseutil /mh` does.
struct EseHeaderCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "header", abstract: "Print a database's header (eseutil /mh).")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A database file.") var path: String

    var subject: String { "ese header \(path)" }

    func perform(_ session: Session) throws -> Verdict {
        let database = try DatabaseInspection(opening: path, in: session.files)
        session.console.result(text: EseutilReport.header(database.header, trailer: database.trailer))
        try session.console.result(
            JSONMessage(
                .summary,
                [
                    "path": .string(path), "header": try JSONValue(encoding: database.header.header),
                    "header_state": .string(database.header.state.rawValue),
                    "trailer": try database.trailer.map { try JSONValue(encoding: $0) } ?? .null,
                ]))
        return .good
    }
}
