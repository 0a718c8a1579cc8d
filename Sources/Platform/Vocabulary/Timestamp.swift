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
