internal import ArgumentParser
internal import BackupStream
internal import ESE
internal import Platform

/// Checks a folder of logs or prints one log's header, as `eseutil /ml` does.
struct EseLogsCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Check a folder of logs, or print one log's header (eseutil /ml).")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A folder with logs, or one log file.") var path: String

    var subject: String { "ese logs \(path)" }

    func perform(_ session: Session) throws -> Verdict {
        let logs = try LogInspection(opening: path, in: session.files)
        if let header = logs.single {
            session.console.result(text: EseutilReport.log(header))
            try session.console.result(
                JSONMessage(.summary, ["path": .string(path), "log": try JSONValue(encoding: header)]))
            return .good
        }
        guard !logs.streams.isEmpty else {
            throw CommandFailure(.source, "\(path): no log files found", hint: "name the folder of the logs")
        }
        var list: [JSONValue] = []
        for stream in logs.streams {
            session.console.result(text: EseutilReport.logs(base: stream.base, stream.chain))
            list.append(
                .fields(["base": .string(stream.base), "chain": try JSONValue(encoding: stream.chain)]))
        }
        session.console.result(JSONMessage(.summary, ["path": .string(path), "streams": .array(list)]))
        if let error = logs.streams.lazy.compactMap(\.chain.firstError).first {
            throw CommandFailure(.badPages, "\(path): \(error.label)")
        }
        return .good
    }
}
