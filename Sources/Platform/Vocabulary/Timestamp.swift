/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// Seconds that no timestamp has become the first or the last one.
    package init(seconds: Int64) { nanoseconds = seconds.saturatingMultiply(1_000_000_000) }

    /// The years from which a source can have been read: 1970 to 2199.
    package static let plausible = Timestamp(seconds: 0)..<Timestamp(seconds: 7_258_118_400)

    /// Whole seconds, rounded down.
    package var seconds: Int64 {
        let quotient = nanoseconds / 1_000_000_000
        return nanoseconds % 1_000_000_000 < 0 ? quotient - 1 : quotient
    }

    /// `2026-11-22T02:00:04Z` (RFC 3339).
    package var description: String {
        let (y, mo, d, h, mi, s) = fields
        return
            "\(Self.pad(y, 4))-\(Self.pad(mo, 2))-\(Self.pad(d, 2))T\(Self.pad(h, 2)):\(Self.pad(mi, 2)):\(Self.pad(s, 2))Z"
    }

    /// `20261122T020004Z`, as in file names and point ids.
    package var compact: String { description.filter { $0 != "-" && $0 != ":" } }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Civil fields by Howard Hinnant's `civil_from_days` (proleptic Gregorian calendar).
    private var fields: (Int64, Int64, Int64, Int64, Int64, Int64) {
        let day = Self.floorDivide(seconds, 86_400)
        let second = seconds - day * 86_400
        let shifted = day + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * monthFromMarch + 2) / 5 + 1,
            second / 3_600, second / 60 % 60, second % 60
        )
    }

    /// Rounded down, also below zero.
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    static func pad(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}

extension Timestamp {
    /// Parses `2026-11-22T02:00:04Z`, the seconds with or without a fraction; nothing but UTC.
    package init?(rfc3339 text: some StringProtocol) {
        let units = Array(text.utf8)
        guard units.count >= 20, units.last == 0x5A else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for unit in units[range] {
                guard (0x30...0x39).contains(unit) else { return nil }
                value = value * 10 + Int64(unit - 0x30)
            }
            return value
        }
        let separators: [(Int, UInt8)] = [(4, 0x2D), (7, 0x2D), (10, 0x54), (13, 0x3A), (16, 0x3A)]
        guard separators.allSatisfy({ units[$0.0] == $0.1 }),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var nanoseconds: Int64 = 0
        if units.count > 20 {
            let digits = units.count - 21
            guard units[19] == 0x2E, (1...9).contains(digits), let fraction = number(20..<20 + digits) else {
                return nil
            }
            nanoseconds = fraction
            for _ in digits..<9 { nanoseconds *= 10 }
        }
        let days = Self.daysFromCivil(year, month, day)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
        // 64 bits of nanoseconds end in 2262.
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(nanoseconds)
        guard !overflow, !carry else { return nil }
        self.init(nanoseconds: sum)
    }

    /// Parses ``compact``: `20261122T020004Z`.
    package init?(compact text: some StringProtocol) {
        let units = Array(text)
        guard units.count == 16 else { return nil }
        let (date, time) = (units[..<8], units[9..<15])
        self.init(
            rfc3339: "\(String(date.prefix(4)))-\(String(date[4..<6]))-\(String(date[6..<8]))\(units[8])"
                + "\(String(time.prefix(2))):\(String(units[11..<13])):\(String(units[13..<15]))\(units[15])")
    }

    /// Days since 1970-01-01 by Howard Hinnant's `days_from_civil`.
    private static func daysFromCivil(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
