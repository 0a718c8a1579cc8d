internal import ArgumentParser
internal import Platform
internal import Verify

/// Says how jobs stand, from what their stores hold.
struct StatusCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how old the newest good points are, and when they were last verified.",
        discussion: HelpExamples.text(
            """
            Everything is read from the stores. Values without an objective in the configuration (rpo, verify.full-within) are \
            shown but not evaluated.
            """,
            [
                "status": "Every job at every target, and what to type next.",
                "status mdb01 --nagios": "One line for a monitor; exits with 0, 1, 2 or 3.",
                "status --prometheus /var/lib/node_exporter/hybridrep.prom": "Metrics, written by rename.",
            ]))

    @OptionGroup var options: GlobalOptions
    @OptionGroup var overrides: OverrideOptions
    @Option(help: ArgumentHelp("Ask only this target.", valueName: "target"), completion: Completion.targets)
    var target: String?
    @Flag(help: "Print one line for Nagios or Icinga; exits with 0, 1, 2 or 3.") var nagios = false
    @Option(
        help: ArgumentHelp(
            "Write only metrics for Prometheus, to this file, or - for standard output.",
            valueName: "file"), completion: .file())
    var prometheus: String?
    @Argument(
        help: ArgumentHelp("Jobs of the configuration; default: all.", valueName: "job"),
        completion: Completion.jobs)
    var jobs: [String] = []

    var subject: String { (["status"] + jobs).joined(separator: " ") }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let configuration: Configuration
        let statuses: [TargetStatus]
        do { (configuration, statuses) = try read(session) } catch {
            guard nagios else { throw error }
            let failure = CommandFailure(wrapping: error)
            session.console.result("HYBRIDREP UNKNOWN - \(failure.message.replacing("|", with: "/"))")
            return .nagios(.unknown)
        }
        if let prometheus {
            let history = RunHistory(of: configuration, session)
            let jobs = try asked(configuration).map(\.name)
            let lastRuns = session.console.attempt { try history.lastRuns(of: jobs) } ?? []
            let text = PrometheusText(statuses: statuses, lastRuns: lastRuns).text
            try session.write(text, to: prometheus)
            return .good
        }
        if nagios {
            let line = NagiosLine(statuses: statuses)
            session.console.result(line.text)
            return .nagios(line.state)
        }
        for line in StatusTable(statuses: statuses).lines { session.console.result(line) }
        for status in statuses { session.console.result(status.message) }
        return statuses.lazy.map(\.verdict).first { $0 != .good } ?? (statuses.isEmpty ? .failure : .good)
    }

    private func read(_ session: CommandContext) throws -> (Configuration, [TargetStatus]) {
        let configuration = try session.configuration(options, overrides)
        let reader = StatusReader(session: session, configuration: configuration)
        return (configuration, try reader.read(try asked(configuration), target: target))
    }

    private func asked(_ configuration: Configuration) throws -> [JobConfiguration] {
        try jobs.isEmpty ? configuration.jobs : jobs.map { try configuration.job($0) }
    }
}

extension ExitStatus {
    /// Exit codes of its own: 0, 1, 2, 3.
    static func nagios(_ state: TargetStatus.State) -> ExitStatus {
        switch state {
        case .ok: .good
        case .warning: .failure
        case .critical: .usage
        case .unknown: .degraded
        }
    }
}
