internal import Platform

/// One line at the bottom of a terminal, redrawn in place at most ten times a second.
struct ProgressLine {
    private static let intervalNanoseconds: UInt64 = 100_000_000
    /// Bold label; off with `NO_COLOR`.
    private let isColored: Bool
    private var started: UInt64?
    private var lastDrawn: UInt64?
    private var label = ""
    private(set) var isVisible = false

    init(isColored: Bool) { self.isColored = isColored }

    /// The bytes that redraw the line, or nil when the last frame is less than a tenth of a second old.
    ///
    /// - Parameter nanoseconds: Monotonic time.
    mutating func frame(_ progress: Progress, at nanoseconds: UInt64, columns: Int) -> String? {
        if started == nil || progress.label != label {
            started = nanoseconds
            lastDrawn = nil
            label = progress.label
        }
        if let lastDrawn, nanoseconds &- lastDrawn < Self.intervalNanoseconds { return nil }
        lastDrawn = nanoseconds
        isVisible = true
        // One column stays free: a character in the last one makes some terminals wrap.
        let text = Self.text(progress, elapsedNanoseconds: nanoseconds &- (started ?? nanoseconds))
            .prefix(max(0, columns - 1))
        return "\r\u{1B}[K" + paint(String(text))
    }

    /// The bytes that take the line away, before other text is written; empty when it is not there.
    mutating func clear() -> String {
        guard isVisible else { return "" }
        isVisible = false
        lastDrawn = nil
        return "\r\u{1B}[K"
    }

    /// `push mdb01: 1.2 GiB of 4.0 GiB (30.0 %), 210 MiB/s, 2.5 % changed, 14 s left`.
    static func text(_ progress: Progress, elapsedNanoseconds: UInt64) -> String {
        let done = progress.doneBytes
        var parts: [String] = []
        if let total = progress.totalBytes {
            let share = HumanQuantity.percent(done, of: total)
            parts.append("\(HumanQuantity.bytes(done)) of \(HumanQuantity.bytes(total)) (\(share))")
        } else {
            parts.append(HumanQuantity.bytes(done))
        }
        let elapsed = Double(elapsedNanoseconds) / 1e9
        let rate = elapsed > 0 ? Double(done) / elapsed : 0
        parts.append("\(HumanQuantity.bytes(Int(saturating: min(rate, 1e18))))/s")
        if let changed = progress.changedBytes {
            parts.append("\(HumanQuantity.percent(changed, of: done)) changed")
        }
        if let total = progress.totalBytes, total > done, rate > 0 {
            let left = min(Double(total - done) / rate * 1000, 1e12)
            parts.append("\(HumanQuantity.duration(milliseconds: Int(saturating: left))) left")
        }
        return TerminalText.escape(progress.label) + ": " + parts.joined(separator: ", ")
    }

    private func paint(_ text: String) -> String {
        guard isColored, let colon = text.firstIndex(of: ":") else { return text }
        return "\u{1B}[1m" + text[..<colon] + "\u{1B}[0m" + text[colon...]
    }
}
