internal import Logging
internal import Platform

/// Diagnostics on standard error, each line with its time and the run's id.
///
/// `2026-11-22T02:00:04Z debug 5f3a…: read configuration file=/etc/hybridrep/hybridrep.yaml`.
struct DiagnosticLog: LogHandler {
    private let console: Console
    private let clock: any Clock
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .debug

    init(console: Console, clock: any Clock) {
        self.console = console
        self.clock = clock
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let text = TerminalText.escape("\(event.message)\(pairs)")
        console.writeError("\(clock.now) \(event.level) \(console.runID): \(text)")
    }
}
