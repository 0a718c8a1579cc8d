/// Numbers as people read them, on a terminal and in a report; `--json` has the exact ones.
package enum HumanQuantity {
    /// `0 B`, `1023 B`, `1.4 GiB`, `210 MiB`: units of 1024, two or three digits.
    package static func bytes(_ count: Int) -> String {
        guard count >= 1024 else { return "\(count) B" }
        var unit = 0
        var scaled = Double(count)
        // 999.5 would be rounded to four digits.
        while scaled >= 999.5, unit < units.count - 1 {
            scaled /= 1024
            unit += 1
        }
        if scaled >= 99.95 { return "\(Int(scaled.rounded())) \(units[unit])" }
        let tenths = Int((scaled * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }

    /// `850 ms`, `12 s`, `3 min 20 s`, `26 h 5 min`, `3 d 2 h`.
    package static func duration(milliseconds: Int) -> String {
        let seconds = milliseconds / 1000
        return switch seconds {
        case ..<1: "\(milliseconds) ms"
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<172_800: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    /// A length of time in whole seconds, in the same words.
    package static func age(_ seconds: Int) -> String {
        seconds < 1 ? "0 s" : duration(milliseconds: seconds.saturatingMultiply(1000))
    }

    /// The same of what may not have happened: `never`, or other words for that.
    package static func age(_ seconds: Int?, orElse words: String = "never") -> String {
        seconds.map { age($0) } ?? words
    }

    /// `12.5 %`; a part of nothing is 0.
    package static func percent(_ part: Int, of whole: Int) -> String {
        percent(whole > 0 ? Double(part) / Double(whole) : 0)
    }

    /// The same of a share from 0 to 1.
    package static func percent(_ share: Double) -> String {
        let tenths = max(0, Int(saturating: min(share * 1000, 1e15).rounded()))
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// Each is 1024 of the one before it.
    package static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
}
