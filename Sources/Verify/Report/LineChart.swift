internal import Platform

/// A plot of values over time as SVG: axes with units, a title that a screen reader says, colours of the page.
///
/// Its text is made of numbers and of the caller's own words; nothing in it needs escaping.
struct LineChart {
    private static let width = 720.0
    private static let height = 220.0
    private static let left = 76.0
    private static let bottom = 34.0
    private static let top = 14.0
    /// Of the values between which lines are drawn; more are thinned to the largest of each stretch.
    private static let mostValues = 400

    let title: String
    let unit: String
    /// Seconds and value, rising in time.
    let values: [(time: Int64, value: Double)]
    /// A line that should not be crossed, and what it is.
    var limit: (value: Double, name: String)?
    /// The text about the values in its title; if nil, their number and the largest.
    var mark: String?

    var svg: String {
        guard let first = values.first, let last = values.last else { return "" }
        let largest = values.map(\.value).max() ?? 0
        let (scale, word) = Self.scale(max(largest, limit?.value ?? 0), unit)
        let most = Self.ceiling(max(largest, limit?.value ?? 0) / scale)
        let span = Double(max(1, last.time - first.time))
        func x(_ time: Int64) -> Double {
            values.count == 1
                ? (Self.left + Self.width) / 2
                : Self.left + Double(time - first.time) / span * (Self.width - Self.left - 10)
        }
        func y(_ value: Double) -> Double {
            Self.height - Self.bottom - value / most * (Self.height - Self.bottom - Self.top)
        }
        let shown = Self.thinned(values)
        let count =
            (values.count == 1 ? "1 value" : "\(values.count) values")
            + ", \(Self.number(largest / scale)) \(word) at most"
        var parts = [
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\">",
            "<title>\(title), \(mark ?? count), from \(day(first.time)) to \(day(last.time))</title>",
        ]
        for step in 0...4 {
            let value = most * Double(step) / 4
            let line = Self.number(y(value))
            parts.append(
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - 10)\" y1=\"\(line)\" y2=\"\(line)\"/>"
                    + "<text x=\"\(Self.left - 6)\" y=\"\(Self.number(y(value) + 4))\" text-anchor=\"end\">"
                    + "\(Self.number(value)) \(word)</text>")
        }
        let base = Self.height - 12
        parts.append("<text x=\"\(Self.left)\" y=\"\(base)\">\(day(first.time))</text>")
        if values.count > 1 {
            parts.append(
                "<text x=\"\(Self.width - 10)\" y=\"\(base)\" text-anchor=\"end\">\(day(last.time))</text>"
            )
        }
        if let limit {
            let line = Self.number(y(limit.value / scale))
            parts.append(
                "<line class=\"limit\" x1=\"\(Self.left)\" x2=\"\(Self.width - 10)\" y1=\"\(line)\" y2=\"\(line)\"/>"
                    + "<text class=\"limit\" x=\"\(Self.width - 12)\" y=\"\(Self.number(y(limit.value / scale) - 5))\" "
                    + "text-anchor=\"end\">\(limit.name)</text>")
        }
        let points = shown.map { (Self.number(x($0.time)), Self.number(y($0.value / scale))) }
        parts.append("<polyline points=\"\(points.map { "\($0.0),\($0.1)" }.joined(separator: " "))\"/>")
        if points.count <= 60 {
            parts += points.map { "<circle cx=\"\($0.0)\" cy=\"\($0.1)\" r=\"2.5\"/>" }
        }
        return (parts + ["</svg>"]).joined(separator: "\n")
    }

    /// The largest of each stretch, so that no peak is lost.
    private static func thinned(_ values: [(time: Int64, value: Double)]) -> [(time: Int64, value: Double)] {
        let stride = (values.count + mostValues - 1) / mostValues
        guard stride > 1 else { return values }
        return Swift.stride(from: 0, to: values.count, by: stride).compactMap { start in
            values[start..<min(start + stride, values.count)].max { $0.value < $1.value }
        }
    }

    /// A divisor and the unit's word for values up to `most`.
    private static func scale(_ most: Double, _ unit: String) -> (Double, String) {
        let steps: [(Double, String)] =
            unit == "B"
            ? HumanQuantity.units.enumerated().map { (Double(1 << (10 * $0.offset)), $0.element) }
            : unit == "s" ? [(1, "s"), (60, "min"), (3600, "h"), (86_400, "d")] : [(1, unit)]
        return steps.last { $0.0 <= most } ?? steps[0]
    }

    /// 1, 2, 4 or 8 times a power of ten, so that four steps are round.
    private static func ceiling(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 4 }
        var power = 1.0
        while power > value { power /= 10 }
        while power * 10 <= value { power *= 10 }
        return ([1, 2, 4, 8].first { $0 * power >= value } ?? 10) * power
    }

    static func number(_ value: Double) -> String {
        let hundredths = Int(saturating: (value * 100).rounded())
        guard hundredths % 100 != 0 else { return "\(hundredths / 100)" }
        let rest = hundredths % 100
        return "\(hundredths / 100)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
    }

    /// With hours and minutes where the plot is of a few days.
    private func day(_ seconds: Int64) -> String {
        let isShort = (values.last?.time ?? 0) - (values.first?.time ?? 0) < 4 * 86_400
        let text = Timestamp(seconds: seconds).description.prefix(isShort ? 16 : 10)
        return String(text.replacing("T", with: " "))
    }
}
