internal import ArgumentParser
internal import BackupStream
internal import ESE
internal import Platform

/// Checks every page of a database, as `eseutil /k` does.
struct EsePagesCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "pages", abstract: "Check every page of a database (eseutil /k).")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A database file.") var path: String
    @Flag(help: "Print every page's number and verdict, too.") var each = false

    var subject: String { "ese pages \(path)" }

    func perform(_ session: Session) throws -> Verdict {
        let console = session.console
        let database = try DatabaseInspection(opening: path, in: session.files)
        let report = try database.pages(
            { number, verdict in
                guard each else { return }
                console.result("\(number) \(verdict.kind)")
                console.result(
                    JSONMessage(.status, ["page": .integer(Int(number)), "verdict": .string(verdict.kind)]))
            },
            progress: { done, total in
                console.progress(Progress(label: "check \(path)", doneBytes: done, totalBytes: total))
            })
        console.result(text: EseutilReport.pages(report))
        try console.result(
            JSONMessage(.summary, ["path": .string(path), "pages": try JSONValue(encoding: report)]))
        guard report.isGood else {
            let fault = report.truncated.map { "the file ends before page \($0.upperBound)" }
            throw CommandFailure(
                .badPages,
                "\(path): "
                    + (report.badCount > 0 ? "\(report.badCount) bad pages (-1018)" : fault ?? "no page seen")
            )
        }
        return .good
    }
}
