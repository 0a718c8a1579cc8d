internal import OffsiteStore
internal import Platform
internal import StoreFormat
internal import Verify

/// The one line that `status --nagios` prints, with performance data, and its own exit codes.
///
/// Rules: Monitoring Plugins Development Guidelines, sections "Plugin Return Codes" and "Performance data".
struct NagiosLine {
    let statuses: [TargetStatus]

    /// 0 OK, 1 warning, 2 critical, 3 unknown; what is critical is not hidden by what is unknown.
    var state: TargetStatus.State {
        let states = statuses.map(\.state)
        return states.contains(.critical) ? .critical : states.max() ?? .unknown
    }

    var text: String {
        let bad = statuses.filter { $0.state != .ok }
        let shown = bad.isEmpty ? statuses : bad
        let facts = shown.map { "\($0.job) at \($0.target): \(Self.summary($0))" }.joined(separator: "; ")
        let line = "HYBRIDREP \(state.word) - \(facts.isEmpty ? "no job was asked for" : facts)"
        // A bar would begin the performance data.
        return TerminalText.escape(line).replacing("|", with: "/") + performance
    }

    private static func summary(_ found: TargetStatus) -> String {
        if found.state != .ok, let first = found.lines.first { return first }
        guard let latest = found.status?.evidence.latest else { return "no point" }
        return "point \(latest.point.id)"
    }

    private var performance: String {
        let data = statuses.flatMap { found -> [String] in
            guard let status = found.status else { return [] }
            func datum(_ name: String, _ seconds: Int?, _ limit: Int?) -> String? {
                seconds.map {
                    "'\(found.job).\(found.target).\(name)'=\(max(0, $0))s;;\(limit.map(String.init) ?? "")"
                }
            }
            return [
                datum("age", status.pointAge, status.promises.recoveryPoint),
                datum("verified", status.verifiedAge, nil),
                datum("all_read", status.readAge, status.promises.fullWithin),
                datum("rehearsed", status.rehearsedAge, status.promises.rehearseWithin),
                datum("restore", status.evidence.restoreTime?.seconds, status.promises.restoreWithin),
                // Fewer than these are a warning.
                status.forecast?.daysLeft.map {
                    "'\(found.job).\(found.target).days_left'=\($0);\(SpaceForecast.scarceDays):"
                },
            ].compactMap { $0 }
        }
        return data.isEmpty ? "" : " | " + data.joined(separator: " ")
    }
}
