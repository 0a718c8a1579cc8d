package import Platform
package import StoreFormat

/// The facts of a point that retention uses.
package struct RetainedPoint: Equatable, Sendable {
    package let reference: Point.Reference
    package let kind: Point.Kind
    /// The full that a log point continues.
    package let full: Point.Reference?
    /// Counts: committed as good, or released since, and not damaged.
    package let isGood: Bool
    /// A verification found something damaged that it needs: it counts for no rule, and goes by none.
    package let isDamaged: Bool
    package let isPinned: Bool
    /// Its source, for people, as in `file /x/a.bak on alpha`; nil if unknown.
    package var source: String?
    /// Counts, but for what was found damaged.
    fileprivate let isAccepted: Bool
    /// By the store's clock: a host with a wrong one can make no point older than it is.
    package let received: Timestamp
    /// By the clock of the host that made it.
    package let made: Timestamp

    package init(
        _ reference: Point.Reference, kind: Point.Kind = .full, full: Point.Reference? = nil,
        isGood: Bool = true, isDamaged: Bool = false, isPinned: Bool = false, received: Timestamp,
        made: Timestamp
    ) {
        self.reference = reference
        self.kind = kind
        self.full = full
        self.isGood = isGood && !isDamaged
        self.isDamaged = isDamaged
        isAccepted = isGood
        self.isPinned = isPinned
        self.received = received
        self.made = made
    }

    package var generation: UInt64 { reference.generation }

    /// The same as it was before something of it was damaged.
    var undamaged: Self {
        var point = Self(
            reference, kind: kind, full: full, isGood: isAccepted, isPinned: isPinned, received: received,
            made: made)
        point.source = source
        return point
    }
}

/// Why a point stays.
package enum KeepReason: Equatable, Sendable, CustomStringConvertible {
    case newestGood
    /// Nobody has said what may go.
    case noRule
    /// Nothing good is newer than it.
    case newerThanNewestGood
    case pinned
    /// Younger than ``KeepPolicy/minAge``.
    case young
    case last
    case within
    /// The newest of its hour, day, week, month or year, which is named.
    case period(CivilCalendar.Period, String)
    /// A log point younger than ``KeepPolicy/logs``.
    case logs
    /// A log point whose full stays.
    case fullStays
    /// A full that a log point which stays needs, the newest of them.
    case neededBy(UInt64)
    case minPoints
    /// It comes from another host or source than the newest good point, and rules are for one source.
    case otherSource(String)
    /// It is damaged, and would stay if it were not: damage takes nothing away.
    indirect case damaged(KeepReason)
    /// The store's clock has no reason, that of the host that made the points has.
    indirect case byItsMaker(KeepReason)

    package var description: String {
        switch self {
        case .newestGood: "the newest good point"
        case .noRule: "no rule says what may go"
        case .newerThanNewestGood: "newer than the newest good point"
        case .pinned: "pinned"
        case .young: "younger than min-age"
        case .last: "last"
        case .within: "within"
        case .period(let period, let name):
            switch period {
            case .hour: "hourly \(name)"
            case .day: "daily \(name)"
            case .week: "weekly \(name)"
            case .month: "monthly \(name)"
            case .year: "yearly \(name)"
            }
        case .logs: "logs"
        case .fullStays: "its full stays"
        case .neededBy(let generation): "log point \(generation) needs it"
        case .minPoints: "min-points"
        case .otherSource(let source): "another source: \(source)"
        case .damaged(let reason): "damaged, and undamaged it would stay: \(reason)"
        case .byItsMaker(let reason): "\(reason) by the clock of its maker"
        }
    }
}

/// Whether a point stays, and why.
package struct PointFate: Equatable, Sendable {
    package let point: RetainedPoint
    /// None for one that goes.
    package let reasons: [KeepReason]

    package var stays: Bool { !reasons.isEmpty }

    /// For people, and for the tomb.
    package var explanation: String {
        if stays { return reasons.map(\.description).joined(separator: ", ") }
        return point.isGood ? "no rule keeps it" : "not good, and a good one is newer"
    }
}
