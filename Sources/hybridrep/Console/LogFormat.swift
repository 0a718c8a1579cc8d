internal import ArgumentParser
internal import Logging
internal import Platform

/// How what goes to standard error is written.
enum LogFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// For people.
    case text
    /// Each line with the priority that the journal of systemd files it under: `<3>`.
    case journal
    /// A JSON object a line.
    case json

    /// What fits whoever reads standard error.
    init(fitting environment: HostEnvironment) {
        self = JournalStream.takes(.errors, environment) ? .journal : .text
    }

    /// The lines of one event, without the last line end.
    ///
    /// - Parameter isDiagnostic: For people such a line has its time and the run's id.
    func lines(
        _ text: String, _ level: Logger.Level, at time: Timestamp, runID: String, isDiagnostic: Bool
    ) -> String {
        switch self {
        case .text: isDiagnostic ? "\(time) \(level) \(runID): \(text)" : text
        case .journal:
            (isDiagnostic ? "\(runID): \(text)" : text).split(
                separator: "\n", omittingEmptySubsequences: false
            )
            .map { "<\(Self.priority(level))>\($0)" }.joined(separator: "\n")
        case .json:
            JSONValue.fields([
                "time": .time(time), "level": .string("\(level)"), "run_id": .string(runID),
                "message": .string(text),
            ]).text
        }
    }

    /// As syslog(3) counts.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
