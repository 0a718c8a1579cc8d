internal import ArgumentParser
internal import BackupStream
internal import ESE
internal import Platform

/// Prints the header of a database, log or checkpoint, as `eseutil /mh`, `/ml` and `/mk` do.
struct EseHeaderCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "header",
        abstract: "Print the header of a database, log or checkpoint (eseutil /mh, /ml, /mk).",
        discussion: HelpExamples.text([
            "ese header /mnt/snap/mdb01/mdb01.edb": "State, signatures, required logs."
        ]))

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A database file, a log or a checkpoint.") var path: String

    var subject: String { "ese header \(path)" }

    func perform(_ session: Session) throws -> Verdict {
        switch try FileInspection.kind(of: path, in: session.files) {
        case .log: try log(session)
        case .checkpoint: try checkpoint(session)
        case .unwritten:
            throw CommandFailure(
                .source, "\(path): a log made ahead of need, which holds nothing",
                hint: "name a database, a log that was written, or a checkpoint")
        default: try database(session)
        }
        return .good
    }

    private func database(_ session: Session) throws {
        let database = try DatabaseInspection(opening: path, in: session.files)
        session.console.result(text: EseutilReport.header(database.header, trailer: database.trailer))
        try session.console.result(
            JSONMessage(
                .summary,
                [
                    "path": .string(path), "kind": .string("database"),
                    "header": try JSONValue(encoding: database.header.header),
                    "header_state": .string(database.header.state.rawValue),
                    "trailer": try database.trailer.map { try JSONValue(encoding: $0) } ?? .null,
                ]))
    }

    private func log(_ session: Session) throws {
        let log = try LogInspection.header(of: path, in: session.files)
        session.console.result(text: EseutilReport.log(log.header, checkpoint: log.checkpoint))
        try session.console.result(
            JSONMessage(
                .summary,
                [
                    "path": .string(path), "kind": .string("log"),
                    "header": try JSONValue(encoding: log.header),
                ]))
    }

    private func checkpoint(_ session: Session) throws {
        let header = try CheckpointInspection(opening: path, in: session.files).header
        session.console.result(text: EseutilReport.checkpoint(header))
        try session.console.result(
            JSONMessage(
                .summary,
                [
                    "path": .string(path), "kind": .string("checkpoint"),
                    "header": try JSONValue(encoding: header),
                ]))
    }
}
