internal import ArgumentParser
internal import BackupStream
internal import ESE
internal import Platform

/// Prints the header of a database, log or checkpoint, as `eseutil /mh`, `/ml` and `/mk` do, and of what lies beside them.
struct EseHeaderCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "header",
        abstract: "Print the header of a database, log or checkpoint (eseutil /mh, /ml, /mk).",
        discussion: HelpExamples.text([
            "ese header /mnt/snap/mdb01/mdb01.edb": "State, signatures, required logs."
        ]))

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A database file, a log, a checkpoint, a flush map or a patch file.", completion: .file())
    var path: String

    var subject: String { "ese header \(path)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        if let patch = try FileInspection.patch(path, in: session.files), patch != .pages {
            try self.patch(patch, session)
            return .good
        }
        switch try FileInspection.kind(of: path, in: session.files) {
        case .flushMap: try flushMap(session)
        case .log: try log(session)
        case .checkpoint: try checkpoint(session)
        case .unwritten:
            throw CommandFailure(
                .source, "\(path): a log that was made in advance and is empty",
                hint: "name a database, a log that was written, or a checkpoint")
        default: try database(session)
        }
        return .good
    }

    private func database(_ session: CommandContext) throws {
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

    private func flushMap(_ session: CommandContext) throws {
        let header = try FlushMapInspection(opening: path, in: session.files).header
        session.console.result(text: EseutilReport.flushMap(header))
        try session.console.result(
            JSONMessage(
                .summary,
                [
                    "path": .string(path), "kind": .string("flush map"),
                    "header": try JSONValue(encoding: header),
                ]))
    }

    private func patch(_ patch: PatchFile, _ session: CommandContext) throws {
        session.console.result(text: EseutilReport.patch(patch))
        var trailer = JSONValue.null
        if case .trailer(let found) = patch { trailer = try JSONValue(encoding: found) }
        session.console.result(
            JSONMessage(
                .summary, ["path": .string(path), "kind": .string("patch file"), "trailer": trailer]))
    }

    private func log(_ session: CommandContext) throws {
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

    private func checkpoint(_ session: CommandContext) throws {
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
