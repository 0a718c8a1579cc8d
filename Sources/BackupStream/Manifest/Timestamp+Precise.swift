internal import Platform

extension Timestamp {
    /// RFC 3339 with as much of a fraction as there is: `2026-11-22T02:00:04.25Z`.
    var precise: String {
        let fraction = nanoseconds - seconds * 1_000_000_000
        guard fraction != 0 else { return description }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(description.dropLast()).\(digits)Z"
    }
}
