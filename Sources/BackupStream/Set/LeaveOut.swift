/// Names of files that a set may lack: the user has accepted each by name.
///
/// A name is that of a file (`old.edb`), of a subfolder with all that is in it (`backup`), or of a file in one
/// (`backup/new/dhcp.mdb`). Upper and lower case are the same, as they are to Windows.
package struct LeaveOut: Equatable, Sendable {
    /// The reason that the manifest gives for such a file.
    static let reason = "left out by name"

    /// As they were given.
    let names: [String]
    private let lowercased: Set<String>

    package init(_ names: [String] = []) {
        self.names = names
        lowercased = Set(
            names.map { name in
                var name = name.lowercased()
                while name.hasSuffix("/") { name.removeLast() }
                while name.hasPrefix("./") { name.removeFirst(2) }
                return name
            })
    }

    /// True for a name of the list, and for all that is in a folder of the list.
    package func covers(_ path: String) -> Bool {
        guard !lowercased.isEmpty else { return false }
        var rest = Substring(path.lowercased())
        while true {
            if lowercased.contains(String(rest)) { return true }
            guard let slash = rest.lastIndex(of: "/") else { return false }
            rest = rest[..<slash]
        }
    }
}
