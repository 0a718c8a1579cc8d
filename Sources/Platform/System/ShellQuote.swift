/// Quoting for the POSIX shell that the far end's sshd hands a command to.
package enum ShellQuote {
    /// `text` as one word of a shell command; left as it is when no character of it is special.
    package static func posix(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_-./:@%+,".utf8.contains(byte)
            }
        }
        if isPlain && !text.isEmpty { return text }
        // Inside single quotes nothing is special; a quote itself is put between two quoted pieces. It is looked
        // for among scalars: with a mark that joins it, it is part of a `Character`, and still a quote to a shell.
        var quoted = "'"
        for scalar in text.unicodeScalars {
            if scalar == "'" { quoted += #"'\''"# } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "'"
    }

    /// `text` as one word of a command that people type, in bash or zsh: control characters are spelled, since a
    /// terminal shows none.
    package static func shown(_ text: String) -> String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x20 || scalar.value == 0x7F }
        guard text.unicodeScalars.contains(where: isControl) else { return posix(text) }
        var quoted = "$'"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t": quoted += #"\t"#
            case "\n": quoted += #"\n"#
            case "'", "\\": quoted += "\\\(scalar)"
            default:
                if isControl(scalar) {
                    quoted += "\\x" + String(scalar.value + 0x100, radix: 16).suffix(2)
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "'"
    }

    /// A command of several words, each quoted.
    package static func posix(_ words: [String]) -> String { words.map { posix($0) }.joined(separator: " ") }
}
