internal import BackupStream
internal import OffsiteStore

extension Point.Health {
    init(_ health: BackupResult.Health) {
        switch health {
        case .good: self = .good
        case .damaged: self = .damaged
        case .suspicious: self = .suspicious
        }
    }
}

extension Verdict {
    /// Of a committed point.
    init(_ health: Point.Health) {
        switch health {
        case .good: self = .good
        case .damaged: self = .degraded
        case .suspicious: self = .held
        }
    }

    /// Of two points committed one after the other.
    static func worst(_ first: Verdict, _ second: Verdict) -> Verdict {
        if first == .held || second == .held { return .held }
        return first == .good ? second : first
    }
}
