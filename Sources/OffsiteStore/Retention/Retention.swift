package import Platform
internal import StoreFormat

/// Decides which points stay: nothing but its arguments goes into it.
///
/// Points are in the order of their generations, never in that of times. Each has two times, the store's receipt and what its maker's
/// clock said, and it goes only if it goes by both: neither clock alone can take a point away. Spans count back from the newest good
/// point, so that a clock that is wrong now cannot age what is there. Points of another source than the newest good one all stay.
package struct Retention: Sendable {
    private let policy: KeepPolicy
    private let calendar: CivilCalendar

    package init(_ policy: KeepPolicy, calendar: CivilCalendar = .utc) {
        self.policy = policy
        self.calendar = calendar
    }

    /// - Parameter points: All points of a job.
    /// - Returns: One of each, in the order of generations. Without a good point, or a rule, all stay.
    package func fates(of points: [RetainedPoint]) -> [PointFate] {
        let points = points.sorted { $0.generation < $1.generation }
        guard !policy.isEmpty else { return points.map { PointFate(point: $0, reasons: [.noRule]) } }
        guard let newest = points.last(where: \.isGood) else {
            return points.map { PointFate(point: $0, reasons: [.newerThanNewestGood]) }
        }
        func isOther(_ point: RetainedPoint) -> Bool {
            if let source = point.source, let own = newest.source { source != own } else { false }
        }
        let own = points.filter { !isOther($0) }
        let reasons = reasons(own, of: newest, points)
        let undamaged =
            own.contains(where: \.isDamaged) ? self.reasons(own.map(\.undamaged), of: newest, points) : [:]
        return points.map { point in
            if isOther(point) {
                return PointFate(point: point, reasons: [.otherSource(point.source ?? "unknown")])
            }
            return PointFate(
                point: point,
                reasons: reasons[point.generation] ?? undamaged[point.generation]?.map { .damaged($0) } ?? [])
        }
    }

    /// By generation, why points stay; those that go have none.
    ///
    /// - Parameter all: Whose times say what a clock could have said.
    private func reasons(
        _ points: [RetainedPoint], of newest: RetainedPoint, _ all: [RetainedPoint]
    ) -> [UInt64: [KeepReason]] {
        let byReceipt = reasons(points, of: newest, by: Self.clock(all, \.received))
        let byMaker = reasons(points, of: newest, by: Self.clock(all, \.made))
        return byMaker.mapValues { $0.map { KeepReason.byItsMaker($0) } }.merging(byReceipt) { $1 }
    }

    private typealias Clock = (RetainedPoint) -> Timestamp

    /// The time of each point by one clock, where that is plausible.
    private static func clock(_ points: [RetainedPoint], _ said: (RetainedPoint) -> Timestamp) -> Clock {
        let times = Dictionary(
            zip(points.map(\.generation), LikelyTimes.of(points.map(said)))
        ) { first, _ in first }
        return { times[$0.generation] ?? $0.received }
    }

    /// By generation, why points stay by one of the clocks; those that go have none.
    private func reasons(
        _ points: [RetainedPoint], of newest: RetainedPoint, by clock: Clock
    ) -> [UInt64: [KeepReason]] {
        var reasons: [UInt64: [KeepReason]] = [:]
        func keep(_ point: RetainedPoint, _ reason: KeepReason) {
            reasons[point.generation, default: []].append(reason)
        }
        func isWithin(_ span: Int64, _ point: RetainedPoint) -> Bool {
            span > 0 && clock(newest).seconds - clock(point).seconds < span
        }
        keep(newest, .newestGood)
        for point in points {
            if point.generation > newest.generation { keep(point, .newerThanNewestGood) }
            if point.isPinned { keep(point, .pinned) }
            if isWithin(policy.minAge, point) { keep(point, .young) }
        }
        let fulls = points.filter { $0.kind == .full && $0.isGood }
        for full in fulls.suffix(policy.last) { keep(full, .last) }
        if let within = policy.within {
            for full in fulls where isWithin(within, full) { keep(full, .within) }
        }
        keepByPeriods(fulls, clock, keep)
        let short = policy.minPoints - fulls.count { reasons[$0.generation] != nil }
        for full in fulls.reversed().filter({ reasons[$0.generation] == nil }).prefix(max(0, short)) {
            keep(full, .minPoints)
        }
        let staying = Set(reasons.keys)
        for point in points where point.kind == .logs && point.isGood {
            if let span = policy.logs {
                if isWithin(span, point) { keep(point, .logs) }
            } else if let full = point.full, staying.contains(full.generation) {
                keep(point, .fullStays)
            }
        }
        keepNeeded(points, staying: Set(reasons.keys), keep)
        return reasons
    }

    private func keepByPeriods(
        _ fulls: [RetainedPoint], _ clock: Clock, _ keep: (RetainedPoint, KeepReason) -> Void
    ) {
        for period in CivilCalendar.Period.allCases {
            let count = policy.periods[period] ?? 0
            var seen: Set<String> = []
            for full in fulls.reversed() where seen.count < count {
                let name = calendar.period(period, of: clock(full))
                if seen.insert(name).inserted { keep(full, .period(period, name)) }
            }
        }
    }

    /// Fulls of log points that stay, now that these are known.
    private func keepNeeded(
        _ points: [RetainedPoint], staying: Set<UInt64>, _ keep: (RetainedPoint, KeepReason) -> Void
    ) {
        let known = Dictionary(points.map { ($0.reference, $0) }) { first, _ in first }
        var needed: Set<Point.Reference> = []
        for point in points.reversed() where point.kind == .logs && staying.contains(point.generation) {
            guard let full = point.full.flatMap({ known[$0] }), needed.insert(full.reference).inserted else {
                continue
            }
            keep(full, .neededBy(point.generation))
        }
    }
}
