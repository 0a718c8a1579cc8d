/// Numbers as people read them on a terminal; `--json` has the exact ones.
enum HumanQuantity {
    /// `0 B`, `999 B`, `1.4 GiB`: three digits, units of 1024.
    static func bytes(_ count: Int) -> String {
        guard count >= 1024 else { return "\(count) B" }
        var unit = 0
        var scaled = Double(count)
        while scaled >= 999.95, unit < units.count - 1 {
            scaled /= 1024
            unit += 1
        }
        let tenths = Int((scaled * 10).rounded())
        return tenths < 1000
            ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\(tenths / 10) \(units[unit])"
    }

    /// `850 ms`, `12 s`, `3 min 20 s`, `26 h 5 min`, `3 d 2 h`.
    static func duration(milliseconds: Int) -> String {
        let seconds = milliseconds / 1000
        return switch seconds {
        case ..<1: "\(milliseconds) ms"
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<172_800: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    /// `12.5 %`; a part of nothing is 0.
    static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0.0 %" }
        let tenths = Int((Double(part) / Double(whole) * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
}
