internal import BackupStream
internal import StoreFormat

extension ImageManifest {
    /// Why the image is suspicious by what was found while it was read.
    var suspicions: [Point.Hold.Reason] {
        guard let pages = suspectPages, let first = pages.first else { return [] }
        return [
            Point.Hold.Reason(
                .olderPages,
                "\(LostWrites(pages).summary), the first \(first)")
        ]
    }
}

extension Point.Health {
    init(_ health: BackupResult.Health) {
        switch health {
        case .good: self = .good
        case .damaged: self = .damaged
        case .suspicious: self = .suspicious
        }
    }
}

extension ExitStatus {
    /// Of a committed point.
    init(_ point: Point) {
        self =
            switch point.health {
            case .good: .good
            case .damaged: point.hold == nil ? .degraded : .held
            case .suspicious: .held
            }
    }

    /// Of two points committed one after the other.
    static func worst(_ first: ExitStatus, _ second: ExitStatus) -> ExitStatus {
        if first == .held || second == .held { return .held }
        return first == .good ? second : first
    }
}
