/// The name of a job or a target: `[a-z0-9][a-z0-9._-]{0,63}`.
///
/// A valid name is safe as one component of a path and on a command line (CONVENTIONS, Names).
package struct Name: Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let maximumBytes = 64
    package let description: String

    package init?(_ text: String) {
        let units = Array(text.utf8)
        guard let first = units.first, units.count <= Self.maximumBytes, Self.isAlphanumeric(first) else {
            return nil
        }
        guard units.allSatisfy({ Self.isAlphanumeric($0) || ".-_".utf8.contains($0) }) else { return nil }
        description = text
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    private static func isAlphanumeric(_ unit: UInt8) -> Bool {
        (0x61...0x7A).contains(unit) || (0x30...0x39).contains(unit)
    }
}
