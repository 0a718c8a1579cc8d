/// Text from peers, files and users, made safe to show.
///
/// A file name may hold an escape sequence that repaints the screen, or a bidirectional control that shows it
/// backwards; neither may reach a terminal.
enum TerminalText {
    /// `text` with every control, formatting and line-breaking character written as `\u{1B}`.
    ///
    /// - Parameter keepingNewlines: True for text of our own that has several lines.
    static func escape(_ text: String, keepingNewlines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: { isUnsafe($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar), !(keepingNewlines && scalar == "\n") {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// True for C0, DEL and C1 controls, line and paragraph separators, and everything that formats without
    /// showing: bidirectional controls, zero-width characters, tags (Unicode categories Cc, Cf, Zl, Zp).
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
