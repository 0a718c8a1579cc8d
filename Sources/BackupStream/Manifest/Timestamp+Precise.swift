internal import Platform

extension Timestamp {
    /// RFC 3339 with as much of a fraction as there is: `2026-11-22T02:00:04.25Z`.
    var precise: String {
        let rest = nanoseconds % 1_000_000_000
        let fraction = rest < 0 ? rest + 1_000_000_000 : rest
        guard fraction != 0 else { return description }
        var digits = String(fraction)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(description.dropLast()).\(digits)Z"
    }
}
