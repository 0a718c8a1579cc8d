internal import Image
internal import OffsiteStore
internal import Platform
internal import StoreFormat

/// What a run has come to, for hooks and for the history of this host.
final class RunOutcome {
    /// What it came to at one target, or where there is none.
    struct Part {
        let target: Name?
        /// The newest committed, or the one that was looked at.
        var pointID: String?
        /// With the handshake; folders of this host take none.
        var sentBytes = 0
        var receivedBytes = 0
        var changedBytes: Int?
        var imageBytes: Int?
        /// Nil where it is that of the whole run.
        var verdict: ExitStatus?
        var error: String?
    }

    private(set) var parts: [Part] = []
    /// Whether some target has committed a good point.
    var hasGoodPoint = false

    /// The newest committed point.
    var pointID: String? { parts.last { $0.pointID != nil }?.pointID }
    /// Over all targets.
    var sentBytes: Int { parts.reduce(0) { $0 + $1.sentBytes } }

    func note(_ target: Name?, _ change: (inout Part) -> Void) {
        let at = parts.firstIndex { $0.target == target } ?? parts.count
        if at == parts.count { parts.append(Part(target: target)) }
        change(&parts[at])
    }

    func note(_ target: Name?, _ failure: CommandFailure) {
        note(target) {
            $0.verdict = failure.verdict
            $0.error = failure.message
        }
    }

    /// A point that was committed; a log point's full before it counts as well.
    func note(_ target: Name?, committed point: Point, _ traffic: Traffic) {
        note(target, traffic)
        note(target) {
            $0.pointID = point.id
            $0.imageBytes = point.layout.length
            $0.changedBytes = point.changedBytes
        }
    }

    func note(_ target: Name?, _ traffic: Traffic) {
        note(target) {
            $0.sentBytes += traffic.sentBytes
            $0.receivedBytes += traffic.receivedBytes
        }
    }
}
