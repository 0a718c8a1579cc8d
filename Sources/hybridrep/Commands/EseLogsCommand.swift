internal import ArgumentParser
internal import BackupStream
internal import ESE
internal import Platform

/// Checks a folder of logs, or one log, as `eseutil /ml` does: headers, data and the chain.
struct EseLogsCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Check the logs of a folder, or one log (eseutil /ml).",
        discussion: HelpExamples.text([
            "ese logs /mnt/snap/mdb01": "Each log, and the gaps in the chain."
        ]))

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A folder with logs, or one log file.", completion: .file()) var path: String

    var subject: String { "ese logs \(path)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let console = session.console
        var done = 0
        let logs = try LogInspection(opening: path, in: session.files) { count in
            done += count
            console.progress(Progress(label: "check \(path)", doneBytes: done, totalBytes: nil))
        }
        if let single = logs.single { return try report(single, console) }
        guard !logs.streams.isEmpty else {
            throw CommandFailure(.source, "\(path): no log files found", hint: "name the folder of the logs")
        }
        for stream in logs.streams {
            console.result(text: EseutilReport.logs(base: stream.base, stream.chain))
        }
        try console.result(
            JSONMessage(
                .summary, ["path": .string(path), "streams": try LogStreamReport.json(logs.streams)]))
        if let error = logs.streams.lazy.compactMap(\.chain.firstError).first {
            throw CommandFailure(.badPages, "\(path): \(error.label)")
        }
        return .good
    }

    private func report(_ log: LogInspection.Single, _ console: Console) throws -> ExitStatus {
        console.result(
            text: EseutilReport.log(
                log.header, checkpoint: log.checkpoint, data: log.data, fact: log.fact))
        try console.result(
            JSONMessage(
                .summary,
                [
                    "path": .string(path), "log": try JSONValue(encoding: log.header),
                    "data": try JSONValue(encoding: log.data),
                    "error": log.fact.problem.map { .integer($0.rawValue) } ?? .null,
                    "fault": .optional(log.fact.fault),
                ]))
        guard let problem = log.fact.problem else { return .good }
        let fault = log.fact.fault.map { ": \($0)" } ?? ""
        throw CommandFailure(.badPages, "\(path): \(problem.label)\(fault)")
    }
}

/// Log streams as JSON, for the commands that print them.
enum LogStreamReport {
    static func json(_ streams: [LogInspection.Stream]) throws -> JSONValue {
        .array(
            try streams.map { stream in
                .fields(["base": .string(stream.base), "chain": try JSONValue(encoding: stream.chain)])
            })
    }
}
