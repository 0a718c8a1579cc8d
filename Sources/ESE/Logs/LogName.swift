/// Parses the name of a file next to a log stream (format notes 5.1).
package struct LogName: Hashable, Sendable {
    package enum Role: Hashable, Sendable {
        /// A full log: base and generation.
        case archived(generation: UInt32)
        /// The log being written.
        case current
        /// The next log, being prepared; never part of a backup.
        case prepared
        /// Kept for a full disk; never part of a backup.
        case reserve
        case checkpoint
    }

    /// Three characters, as they are spelled in the name; empty for `res1.log`.
    package let base: String
    package let role: Role

    /// Nil for a name that no log stream uses.
    package init?(_ name: String) {
        guard let dot = name.lastIndex(of: "."), name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let stem = name[..<dot].lowercased()
        let spelled = String(name[..<dot].prefix(3))
        let rest = stem.dropFirst(3)
        switch name[name.index(after: dot)...].lowercased() {
        case "log", "jtx":
            if stem == "res1" || stem == "res2" {
                self.init(base: "", role: .reserve)
            } else if stem.count == 3 {
                self.init(base: spelled, role: .current)
            } else if stem.count == 6, rest == "tmp" {
                self.init(base: spelled, role: .prepared)
            } else {
                guard rest.count == 5 || rest.count == 8, let generation = Self.hexadecimal(rest) else {
                    return nil
                }
                self.init(base: spelled, role: .archived(generation: generation))
            }
        case "jrs":
            let digits = rest.dropFirst(3)
            guard rest.hasPrefix("res"), digits.count == 5, Self.hexadecimal(digits) != nil else {
                return nil
            }
            self.init(base: spelled, role: .reserve)
        case "chk", "jcp":
            guard stem.count == 3 else { return nil }
            self.init(base: spelled, role: .checkpoint)
        default: return nil
        }
    }

    private init(base: String, role: Role) {
        self.base = base
        self.role = role
    }

    /// True for a log that belongs into a backup.
    package var isWritten: Bool {
        switch role {
        case .archived, .current: true
        case .prepared, .reserve, .checkpoint: false
        }
    }

    /// True for a log made ahead of need, whatever it holds.
    package var isAhead: Bool { role == .prepared || role == .reserve }

    /// True when both names are of one stream.
    package func isSameStream(as other: LogName) -> Bool { base.lowercased() == other.base.lowercased() }

    /// True when the name names another generation than the file has (-513).
    package func contradicts(_ header: LogHeader) -> Bool {
        guard case .archived(let generation) = role else { return false }
        return Int64(generation) != Int64(header.generation)
    }

    /// `E0000000012.log`: eight digits for a generation above 0xFFFFF or where the stream uses them.
    package static func archived(base: String, generation: Int32, isLong: Bool) -> String {
        let width = isLong || generation > 0xFFFFF ? 8 : 5
        return "\(base)\(Hexadecimal.padded(generation, width)).log"
    }

    private static func hexadecimal(_ digits: Substring) -> UInt32? {
        guard digits.allSatisfy(\.isHexDigit) else { return nil }
        return UInt32(digits, radix: 16)
    }
}
