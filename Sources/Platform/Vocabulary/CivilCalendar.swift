internal import Foundation

/// Hours, days, weeks, months and years as people of one place count them.
package struct CivilCalendar: Sendable {
    package enum Period: String, Sendable, CaseIterable {
        case hour, day, week, month, year
    }
    private static let daySeconds: Int64 = 86_400

    private let zone: TimeZone
    /// As in the time zone database: `Europe/Berlin`.
    package let name: String

    package static let utc = CivilCalendar(zone: .gmt, name: "UTC")

    /// Nil for a zone that the system's time zone database does not have.
    package init?(zone name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        self.init(zone: zone, name: name)
    }

    private init(zone: TimeZone, name: String) {
        self.zone = zone
        self.name = name
    }

    /// The period that a moment lies in; text that is the same for all moments of it and for no others.
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
            let day = local.flooredQuotient(Self.daySeconds)
            // 1970-01-01 was a Thursday.
            let monday = day - (day + 3).flooredRemainder(7)
            return String(Timestamp(seconds: monday * Self.daySeconds).description.prefix(10))
        case .month: return String(date.prefix(7))
        case .year: return String(date.prefix(4))
        }
    }

    private static func text(ofOffset seconds: Int64) -> String {
        let minutes = abs(seconds) / 60
        func digits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (seconds < 0 ? "-" : "+") + digits(minutes / 60) + ":" + digits(minutes % 60)
    }
}

extension Int64 {
    fileprivate func flooredRemainder(_ divisor: Int64) -> Int64 { (self % divisor + divisor) % divisor }
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        (self - flooredRemainder(divisor)) / divisor
    }
}
