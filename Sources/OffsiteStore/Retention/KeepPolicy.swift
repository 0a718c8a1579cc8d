package import Platform

/// Which points stay: counts of fulls in each period, spans, and what guards them all (CONVENTIONS, Retention).
///
/// A point that any rule keeps stays. Only good points count.
package struct KeepPolicy: Equatable, Sendable {
    /// Newest fulls.
    package var last = 0
    /// Newest full of each of this many hours, days, weeks, months, years that have one.
    package var periods: [CivilCalendar.Period: Int] = [:]
    /// Seconds, counted back from the newest good point: every full younger than this.
    package var within: Int64?
    /// The same for log points; nil keeps those of every full that stays.
    package var logs: Int64?
    /// Good fulls below which nothing goes.
    package var minPoints = 1
    /// Seconds, counted back from the newest good point: younger points stay, good or not.
    package var minAge: Int64 = 0

    package init() {}

    /// No rule at all: every point stays.
    package var isEmpty: Bool {
        last == 0 && within == nil && logs == nil && periods.values.allSatisfy { $0 == 0 }
    }
}
