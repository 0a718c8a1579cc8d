package import Platform

/// One thing to know of a job at a target, and what to do about it.
package enum StatusFinding: Equatable, Sendable {
    /// There is no good point at all.
    case noGoodPoint
    /// The newest good point is older than was promised.
    case stale(age: Int, promised: Int)
    /// The last run of this host made no point there.
    case runFailed(code: Int, age: Int, error: String?)
    /// Damage that verifications found has not been repaired.
    case damaged(objects: Int, points: [UInt64])
    /// Points newer than the newest good one cannot be read.
    case unreadable(points: [UInt64])
    /// Points say that their images are larger than anything vouches for, and nobody has accepted them.
    ///
    /// Whether one is newer than the newest good point says ``newest``.
    case unbounded(points: [UInt64], newest: UInt64)
    /// Points count for nobody, since somebody else than the job's owner or this host has made them.
    ///
    /// - Parameters:
    ///   - reason: Of the last of them.
    ///   - newest: The newest good point; 0 without one.
    case strange(points: [UInt64], reason: String, newest: UInt64)
    /// The newest point is held by the sanity gate.
    case held(point: String)
    /// The newest point was committed with damage.
    case acceptedDamage(point: String)
    /// The newest good point was not proved since it was received.
    case unproved(point: String)
    /// Not every byte was read within the time; nil for never.
    case readOverdue(age: Int?, promised: Int)
    case rehearsalOverdue(age: Int?, promised: Int)
    case rehearsalFailed(String)
    /// A restore takes longer than was promised.
    case restoreTooSlow(RestoreTime, promised: Int)
    /// No rehearsal tells how long one takes.
    case restoreUnmeasured(promised: Int)
    /// A point has a time that is still to come: its age means nothing.
    case fromTheFuture(seconds: Int)
    case suspended(String)
    /// The store's room ends soon at the rate of late.
    case spaceShort(days: Int, bytesPerDay: Int)
    /// Little room is left, however long it lasts.
    case nearlyFull(SpaceStatus)

    package enum Severity: Int, Comparable, Sendable {
        case note
        case warning
        case critical

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package var severity: Severity {
        switch self {
        case .suspended: .note
        case .spaceShort(let days, _): days < SpaceForecast.scarceDays ? .warning : .note
        case .held, .unbounded, .strange, .acceptedDamage, .unproved, .readOverdue, .rehearsalOverdue,
            .restoreUnmeasured, .fromTheFuture, .nearlyFull, .runFailed:
            .warning
        case .noGoodPoint, .stale, .damaged, .unreadable, .rehearsalFailed, .restoreTooSlow: .critical
        }
    }

    /// The result for the RTO; nil for other findings.
    var restorePromise: RestorePromise? {
        switch self {
        case .restoreTooSlow: .over
        case .restoreUnmeasured: .unmeasured
        default: nil
        }
    }
}
