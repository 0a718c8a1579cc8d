internal import ArgumentParser
internal import BackupStream
internal import ESE
internal import Platform

/// Judges a whole set as recovery would, without reading pages.
struct EseSetCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Check whether databases can be recovered from the logs next to them.",
        discussion: HelpExamples.text(
            "This does not check the pages of the databases; `ese pages` does.",
            ["ese set /mnt/snap/mdb01 --logs /mnt/snap/mdb01-logs": "A set whose logs are in another folder."]
        ))

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A folder with databases and logs, or one database file.", completion: .file()) var path:
        String
    @Option(
        help: "The folder of the logs and the checkpoint, if it is another one.", completion: .directory)
    var logs: String?

    var subject: String { "ese set \(path)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let console = session.console
        let set = try SetInspection(opening: path, logs: logs, in: session.files) { done, total in
            console.progress(Progress(label: "check \(path)", doneBytes: done, totalBytes: total))
        }
        for stream in set.streams {
            console.result(text: EseutilReport.logs(base: stream.base, stream.chain) + "\n")
        }
        for database in set.databases { console.result(text: paragraph(database) + "\n") }
        for warning in set.warnings { console.result("WARNING: \(warning)") }
        let names = set.databases.map { "hybridrep ese pages \(ShellQuote.posix($0.path))" }
        console.result("The pages of the databases were not checked: \(names.joined(separator: "; "))")
        try console.result(summary(set))
        return try verdict(set)
    }

    private func paragraph(_ database: SetInspection.Database) -> String {
        EseutilReport.database(
            database.name, database.header.header, trailer: database.trailer,
            checkpoint: checkpoint(database.checkpoint), database.verdict)
    }

    private func checkpoint(_ fact: CheckpointFact) -> String {
        switch fact {
        case .absent: "NOT AVAILABLE"
        case .corrupt: "DAMAGED (\(ErrorCode.checkpointCorrupt.label))"
        case .present(_, let generation): "log \(generation)"
        }
    }

    private func summary(_ set: SetInspection) throws -> JSONMessage {
        let databases = try set.databases.map { database in
            JSONValue.fields([
                "name": .string(database.name), "path": .string(database.path),
                "state": .string(database.header.header.state.description),
                "verdict": try JSONValue(encoding: database.verdict),
            ])
        }
        let leftOut = set.leftOut.map {
            JSONValue.fields(["name": .string($0.name), "reason": .string($0.reason)])
        }
        return JSONMessage(
            .summary,
            [
                "path": .string(path), "databases": .array(databases),
                "streams": try LogStreamReport.json(set.streams), "left_out": .array(leftOut),
                "warnings": .array(set.warnings.map { .string($0) }), "pages_checked": .bool(false),
            ])
    }

    /// Good when every database comes back whole.
    private func verdict(_ set: SetInspection) throws -> ExitStatus {
        for database in set.databases {
            switch database.verdict.outcome {
            case .clean, .complete: continue
            case .withLoss:
                throw CommandFailure(
                    .badPages, "\(database.path): \(database.verdict)",
                    hint: "bring the missing logs, or recover without them and lose their content")
            case .notRecoverable(let refusal):
                throw CommandFailure(
                    .badPages, "\(database.path): \(refusal)",
                    hint: "docs/ese.md says what each code means and what to do next")
            }
        }
        return .good
    }
}
