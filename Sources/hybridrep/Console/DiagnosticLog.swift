internal import Logging

/// Diagnostics on standard error, each line with its time and the run's id.
///
/// `2026-11-22T02:00:04Z debug 5f3a…: read configuration file=/etc/hybridrep/hybridrep.yaml`.
struct DiagnosticLog: LogHandler {
    private let console: Console
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .debug

    init(console: Console) { self.console = console }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        console.write(event.level, TerminalText.escape("\(event.message)\(pairs)"), isDiagnostic: true)
    }
}
