package import Platform

/// Decides which points stay: nothing but its arguments goes into it.
///
/// Points are in the order of their generations, never in that of times. A time is the store's receipt; spans count back from the
/// newest good point, so that a clock that is wrong now cannot age what is there.
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
        var reasons: [UInt64: [KeepReason]] = [:]
        func keep(_ point: RetainedPoint, _ reason: KeepReason) {
            reasons[point.generation, default: []].append(reason)
        }
        keep(newest, .newestGood)
        for point in points {
            if point.generation > newest.generation { keep(point, .newerThanNewestGood) }
            if point.isPinned { keep(point, .pinned) }
            if isWithin(policy.minAge, point, of: newest) { keep(point, .young) }
        }
        let fulls = points.filter { $0.kind == .full && $0.isGood }
        keepByRules(fulls, of: newest, keep)
        let short = policy.minPoints - fulls.count { reasons[$0.generation] != nil }
        for full in fulls.reversed().filter({ reasons[$0.generation] == nil }).prefix(max(0, short)) {
            keep(full, .minPoints)
        }
        keepLogs(points, of: newest, staying: Set(reasons.keys), keep)
        // Last, when it is known which log points stay.
        let known = Dictionary(points.map { ($0.reference, $0) }) { first, _ in first }
        var needed: Set<Point.Reference> = []
        for point in points.reversed() where point.kind == .logs && reasons[point.generation] != nil {
            guard let full = point.full.flatMap({ known[$0] }), needed.insert(full.reference).inserted else {
                continue
            }
            keep(full, .neededBy(point.generation))
        }
        return points.map { PointFate(point: $0, reasons: reasons[$0.generation] ?? []) }
    }

    private func keepByRules(
        _ fulls: [RetainedPoint], of newest: RetainedPoint, _ keep: (RetainedPoint, KeepReason) -> Void
    ) {
        for full in fulls.suffix(policy.last) { keep(full, .last) }
        if let within = policy.within {
            for full in fulls where isWithin(within, full, of: newest) { keep(full, .within) }
        }
        for period in CivilCalendar.Period.allCases {
            let count = policy.periods[period] ?? 0
            var seen: Set<String> = []
            for full in fulls.reversed() where seen.count < count {
                let name = calendar.period(period, of: full.received)
                if seen.insert(name).inserted { keep(full, .period(period, name)) }
            }
        }
    }

    private func keepLogs(
        _ points: [RetainedPoint], of newest: RetainedPoint, staying: Set<UInt64>,
        _ keep: (RetainedPoint, KeepReason) -> Void
    ) {
        for point in points where point.kind == .logs && point.isGood {
            if let span = policy.logs {
                if isWithin(span, point, of: newest) { keep(point, .logs) }
            } else if let full = point.full, staying.contains(full.generation) {
                keep(point, .fullStays)
            }
        }
    }

    private func isWithin(_ span: Int64, _ point: RetainedPoint, of newest: RetainedPoint) -> Bool {
        let age = newest.received.seconds - point.received.seconds
        return span > 0 && age < span
    }
}
