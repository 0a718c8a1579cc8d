/// Names that a file of a set may have: one component of a path and nothing else.
package enum MemberName {
    /// Room for the ending of a temporary name.
    private static let longestEnding = 40

    package static func isPlain(_ name: String) -> Bool { fault(in: name) == nil }

    /// Why a name is not that of a member; nil when it can be.
    static func fault(in name: String) -> String? {
        let units = name.utf8
        let most = 255 - longestEnding
        if units.isEmpty || name == "." || name == ".." || units.contains(0x2F) {
            return "it is no file name"
        }
        if units.count > most { return "its name has \(units.count) bytes, a member's has \(most) at most" }
        if units.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "its name has control characters" }
        return nil
    }
}

extension ImageManifest {
    /// The members that stay when the logs of a log point take the place of a full's own.
    package var namesWithoutLogs: [String] {
        members.filter { $0.kind != .log && $0.kind != .checkpoint }.map(\.name)
    }
}
