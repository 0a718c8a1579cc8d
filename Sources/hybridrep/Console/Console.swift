internal import Logging
internal import Platform
internal import Synchronization

/// Where a command talks: results to standard output, everything else to standard error.
///
/// May be used from several threads. What comes from outside is escaped here, in one place.
final class Console: Sendable {
    enum Loudness: Sendable {
        /// Failures and warnings only.
        case quiet
        /// Those, and progress where standard error is a terminal.
        case normal
        /// Those, and diagnostics.
        case verbose
    }

    let isJSON: Bool
    let loudness: Loudness
    /// Names this run at both ends, in every JSON line and in every diagnostic.
    let runID: String
    private let format: LogFormat
    private let clock: any Clock
    private let terminal: Terminal?
    private let state: Mutex<State>

    private struct State {
        var progress: ProgressLine
        /// The first failure to write a result; later results are dropped.
        var outputError: SystemError?
    }

    /// - Parameter format: Of standard error; nil for what fits its reader.
    init(
        isJSON: Bool, loudness: Loudness, format: LogFormat? = nil, runID: String, clock: any Clock,
        environment: HostEnvironment
    ) {
        self.format = format ?? LogFormat(fitting: environment)
        self.isJSON = isJSON
        self.loudness = loudness
        self.runID = runID
        self.clock = clock
        let isDumb = environment.value("TERM") == "dumb"
        terminal = loudness == .quiet || isDumb ? nil : Terminal(.errors)
        let isColored = environment.value("NO_COLOR") == nil
        state = Mutex(State(progress: ProgressLine(isColored: isColored)))
    }

    /// One line of result for people; nothing with `--json`.
    func result(_ line: String) {
        if !isJSON { writeResult(TerminalText.escape(line)) }
    }

    /// Lines of result for people, each with its line end; nothing with `--json`.
    func result(text: String) {
        if !isJSON { writeResult(TerminalText.escape(String(text.dropLast()), keepingNewlines: true)) }
    }

    /// One line of result for programs; nothing without `--json`.
    func result(_ message: @autoclosure () throws -> JSONMessage) rethrows {
        if isJSON { writeResult(try message().line(runID: runID)) }
    }

    /// One line about work that went well, for whoever watches; cron and `--json` are not told.
    func news(_ text: String) {
        if !isJSON, terminal != nil || loudness == .verbose { write(.info, TerminalText.escape(text)) }
    }

    /// A warning, on standard error and as a JSON line.
    func warning(_ text: String, job: Name? = nil, target: Name? = nil) {
        let text = job.map(CommandHint(text).naming) ?? text
        result(JSONMessage(.warning, job: job, target: target, ["message": .string(text)]))
        write(.warning, "warning: " + TerminalText.escape(text))
    }

    /// What can be had; nil, and a warning, where it cannot.
    func attempt<R>(_ body: () throws -> R) -> R? {
        do { return try body() } catch {
            warning(CommandFailure(wrapping: error).line)
            return nil
        }
    }

    /// Why the command failed, on standard error and as a JSON line.
    func failure(_ failure: CommandFailure, of subject: String, job: Name? = nil, target: Name? = nil) {
        let failure = failure.typed(for: job)
        result(
            JSONMessage(
                .error, job: job, target: target,
                [
                    "exit_code": .integer(Int(failure.verdict.rawValue)), "message": .string(failure.message),
                    "hint": .optional(failure.hint), "details": .array(failure.details.map { .string($0) }),
                ]))
        let name = subject.isEmpty ? "hybridrep" : "hybridrep " + TerminalText.escape(subject)
        let message = TerminalText.escape(failure.message)
        var lines = ["\(name): FAILED (\(failure.verdict.rawValue)) \(message)"]
        lines += failure.details.map { "  " + TerminalText.escape($0) }
        if let hint = failure.hint { lines.append("hint: " + TerminalText.escape(hint)) }
        write(.error, lines.joined(separator: "\n"))
    }

    /// Redraws the progress line, if there is a terminal to draw it on.
    func progress(_ progress: Progress) {
        guard let terminal else { return }
        let now = clock.monotonicNanoseconds
        state.withLock { state in
            let frame = state.progress.frame(progress, at: now, columns: terminal.columns)
            if let frame { Self.writeLossy(frame) }
        }
    }

    /// Takes the progress line away; the command has come to its end.
    func endProgress() {
        state.withLock { state in Self.writeLossy(state.progress.clear()) }
    }

    /// Text of our own to standard error, its newlines kept.
    func write(_ level: Logger.Level, _ text: String, isDiagnostic: Bool = false) {
        let lines = format.lines(text, level, at: clock.now, runID: runID, isDiagnostic: isDiagnostic)
        state.withLock { state in Self.writeLossy(state.progress.clear() + lines + "\n") }
    }

    /// The first failure to write a result, unless the reader simply went away, as `head` does.
    var outputFailure: SystemError? {
        state.withLock { $0.outputError }.flatMap { $0.isClosedPipe ? nil : $0 }
    }

    /// Diagnostics: to standard error with `--verbose`, else nowhere.
    var logger: Logger {
        guard loudness == .verbose else {
            return Logger(label: "hybridrep") { _ in SwiftLogNoOpLogHandler() }
        }
        return Logger(label: "hybridrep") { _ in DiagnosticLog(console: self) }
    }

    private func writeResult(_ line: String) {
        state.withLock { state in
            Self.writeLossy(state.progress.clear())
            guard state.outputError == nil else { return }
            do throws(SystemError) {
                try StandardStream.output.write(Array((line + "\n").utf8).span)
            } catch {
                state.outputError = error
            }
        }
    }

    /// Writes to standard error; a failure is dropped, as there is no place left to report it.
    private static func writeLossy(_ text: String) {
        if !text.isEmpty { try? StandardStream.errors.write(Array(text.utf8).span) }
    }
}
