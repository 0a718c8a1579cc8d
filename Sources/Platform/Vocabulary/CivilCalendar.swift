internal import Foundation

/// Hours, days, weeks, months and years as people of one place count them.
package struct CivilCalendar: Sendable {
    package enum Period: String, Sendable, CaseIterable {
        case hour, day, week, month, year
    }
    private static let daySeconds: Int64 = 86_400

    private let zone: TimeZone

    package static let utc = CivilCalendar(.gmt)

    /// A zone by its name in the time zone database, as in `Europe/Berlin`; nil for one that the system does not have.
    package init?(zone name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        self.init(zone)
    }

    private init(_ zone: TimeZone) { self.zone = zone }

    /// The period that a moment is in; text that is the same for all moments of it and for no others.
    ///
    /// An hour that is lived through twice when clocks are put back is two: its difference from UTC stands with it. Weeks begin
    /// on Monday and are named by it.
    package func period(_ period: Period, of time: Timestamp) -> String {
        let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.seconds))))
        let local = time.seconds + offset
        let date = Timestamp(seconds: local).description
        switch period {
        case .hour: return date.prefix(13) + Self.text(ofOffset: offset)
        case .day: return String(date.prefix(10))
        case .week:
            let day = Timestamp.floorDivide(local, Self.daySeconds)
            // 1970-01-01 was a Thursday.
            let monday = Timestamp.floorDivide(day + 3, 7) * 7 - 3
            return String(Timestamp(seconds: monday * Self.daySeconds).description.prefix(10))
        case .month: return String(date.prefix(7))
        case .year: return String(date.prefix(4))
        }
    }

    private static func text(ofOffset seconds: Int64) -> String {
        let minutes = abs(seconds) / 60
        return (seconds < 0 ? "-" : "+") + Timestamp.pad(minutes / 60, 2) + ":"
            + Timestamp.pad(minutes % 60, 2)
    }
}
