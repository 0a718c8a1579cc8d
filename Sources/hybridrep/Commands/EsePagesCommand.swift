internal import ArgumentParser
internal import BackupStream
internal import ESE
internal import Platform

/// Checks every page of a database, as `eseutil /k` does.
struct EsePagesCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "pages", abstract: "Check every page of a database (eseutil /k).",
        discussion: HelpExamples.text([
            "ese pages /mnt/snap/mdb01/mdb01.edb": "Every page's checksum and number.",
            "ese pages --each /mnt/snap/mdb01/mdb01.edb": "And the verdict of each.",
        ]))

    @OptionGroup var options: GlobalOptions
    @Argument(help: "A database file, or its flush map.", completion: .file())
    var path: String
    @Flag(help: "Also print the number and verdict of every page.") var each = false

    var subject: String { "ese pages \(path)" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let console = session.console
        if let verdict = try otherPages(session) { return verdict }
        let database = try DatabaseInspection(opening: path, in: session.files)
        let (report, reading) = try database.pages(
            clock: session.clock,
            { number, verdict in
                guard each else { return }
                console.result("\(number) \(verdict.kind)")
                console.result(
                    JSONMessage(.status, ["page": .integer(Int(number)), "verdict": .string(verdict.kind)]))
            },
            progress: { done, total in
                console.progress(Progress(label: "check \(path)", doneBytes: done, totalBytes: total))
            })
        console.result(text: EseutilReport.pages(report, header: database.header.state, reading: reading))
        let use = PageUse(inUse: report.inUse, blank: report.blank)
        console.result("\(use)")
        try console.result(
            JSONMessage(
                .summary,
                [
                    "path": .string(path), "header_state": .string(database.header.state.rawValue),
                    "pages": try JSONValue(encoding: report),
                    "pages_in_use": .integer(use.inUse), "reading": try JSONValue(encoding: reading),
                ]))
        guard report.isGood else {
            let fault =
                report.truncated.map { "the file ends before page \($0.upperBound)" } ?? report.treeFault
            throw CommandFailure(
                .badPages,
                "\(path): "
                    + (report.badCount > 0 ? Self.count(report) : fault ?? "no page seen")
            )
        }
        return .good
    }

    /// The verdict of a flush map; nil for a database.
    ///
    /// - Throws: For a file without pages of a database, with the command that looks into it.
    private func otherPages(_ session: CommandContext) throws -> ExitStatus? {
        let name = ShellQuote.posix(path)
        if let patch = try FileInspection.patch(path, in: session.files), patch != .pages {
            throw CommandFailure(
                .source, "\(path): a patch file without pages", hint: "hybridrep ese header \(name)")
        }
        switch try FileInspection.kind(of: path, in: session.files) {
        case .log:
            throw CommandFailure(
                .source, "\(path): a log, which has no pages of a database",
                hint: "hybridrep ese logs \(name)")
        case .checkpoint:
            throw CommandFailure(
                .source, "\(path): a checkpoint, which has no pages of a database",
                hint: "hybridrep ese header \(name)")
        case .flushMap: return try mapPages(session)
        default: return nil
        }
    }

    private func mapPages(_ session: CommandContext) throws -> ExitStatus {
        let map = try FlushMapInspection(opening: path, in: session.files)
        let (seen, blank, bad) = try map.pages()
        session.console.result(text: EseutilReport.flushMapPages(seen: seen, blank: blank, bad: bad))
        session.console.result(
            JSONMessage(
                .summary,
                [
                    "path": .string(path), "kind": .string("flush map"), "seen": .integer(seen),
                    "blank": .integer(blank), "bad": .array(bad.map { .integer($0) }),
                ]))
        guard let first = bad.first else { return .good }
        let count = bad.count == 1 ? "1 bad page" : "\(bad.count) bad pages"
        throw CommandFailure(.badPages, "\(path): \(count) of the flush map, the first \(first)")
    }

    /// `3 bad pages (-1018)`, `1 bad page (-1119)`.
    private static func count(_ report: PageReport) -> String {
        var codes: [ErrorCode] = []
        if report.badCount > report.lostWrites + report.notInitialized { codes.append(.readVerifyFailure) }
        if report.notInitialized > 0 { codes.append(.pageNotInitialized) }
        if report.lostWrites > 0 { codes.append(.readLostFlushVerifyFailure) }
        let pages = report.badCount == 1 ? "1 bad page" : "\(report.badCount) bad pages"
        return "\(pages) (\(codes.map { "\($0.rawValue)" }.joined(separator: ", ")))"
    }
}
