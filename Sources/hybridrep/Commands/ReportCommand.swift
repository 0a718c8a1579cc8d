internal import ArgumentParser
internal import Platform
internal import Verify

/// The verification report: what the stores hold and what was proved of it, for people, programs and auditors.
struct ReportCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report what the stores hold, and when it was verified.",
        discussion: HelpExamples.text(
            """
            Everything is read from the stores; a store that cannot be asked is UNKNOWN. The exit code is that of \
            status.
            """,
            [
                "report": "Thirty days of every job, as text.",
                "report mdb01 --since 90d --html report.html":
                    "One file that any browser shows, without a network.",
                "report --mail ops@example.net": "That page as a mail, through sendmail: what cron calls.",
            ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("Ask only this target.", valueName: "target"), completion: Completion.targets)
    var target: String?
    @Option(help: ArgumentHelp("Length of the period, as in 30d (the default).", valueName: "time"))
    var since = TimeSpan(seconds: 30 * 86_400)
    @Option(
        help: ArgumentHelp("Write the report to one HTML file, or - for standard output.", valueName: "file"),
        completion: .file())
    var html: String?
    @Option(
        help: ArgumentHelp("Mail the HTML report to this address, through sendmail.", valueName: "address"))
    var mail: String?
    @Argument(
        help: ArgumentHelp("Jobs of the configuration; default: all.", valueName: "job"),
        completion: Completion.jobs)
    var jobs: [String] = []

    var subject: String { (["report"] + jobs).joined(separator: " ") }

    func validate() throws {
        if html == CommandContext.standardOutput, options.json {
            throw ValidationError("--html - and --json both write to standard output")
        }
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration = try session.configuration(options, overrides)
        let asked = try jobs.isEmpty ? configuration.jobs : jobs.map { try configuration.job($0) }
        let now = session.clock.now
        let start = Timestamp(seconds: now.seconds - Int64(since.seconds))
        let statuses = try StatusReader(session: session, configuration: configuration)
            .read(asked, target: target, since: start)
        let history = RunHistory(of: configuration, session)
        let runs = session.console.attempt { try history.runs(since: start) }
        let scope = ReportScope(
            made: now, since: start, toolVersion: ToolVersion.current, hostName: session.hostName)
        let reports = statuses.map { TargetReport($0, runs, scope) }
        let page = ReportPage(reports, scope)
        if let html { try session.write(try page.html, to: html) }
        if let mail { try ReportMail(to: mail, from: session.hostName, statuses).send(try page.html) }
        if html == nil, mail == nil {
            for line in StatusTable(statuses: statuses).lines { session.console.result(line) }
            for line in reports.flatMap(\.lines) { session.console.result(line) }
        }
        for (status, report) in zip(statuses, reports) {
            session.console.result(
                JSONMessage(
                    .summary, job: status.job, target: status.target,
                    fields: status.message.fields + report.fields))
        }
        return statuses.lazy.map(\.verdict).first { $0 != .good } ?? (statuses.isEmpty ? .failure : .good)
    }
}
