internal import SystemPackage

/// The two ends of a path, as the system takes it apart.
package enum PathText {
    private static let slash = UInt8(ascii: "/")

    /// The folder that a path lies in: `/` for a name in the root, `.` for a bare name.
    package static func folder(of path: String) -> String {
        guard let name = lastName(of: path) else { return path.isEmpty ? "." : "/" }
        guard name.lowerBound > path.startIndex else { return "." }
        let folder = path.utf8[..<name.lowerBound]
        guard let last = folder.lastIndex(where: { $0 != slash }) else { return "/" }
        return String(path[..<folder.index(after: last)])
    }

    /// The path of a name in a folder.
    package static func path(of name: String, in folder: String) -> String {
        FilePath(folder).appending(name).string
    }

    /// The last name of a path; the path itself when it has none.
    package static func name(of path: String) -> String {
        lastName(of: path).map { String(path[$0]) } ?? path
    }

    /// Where it stands; slashes behind it are none of its own.
    private static func lastName(of path: String) -> Range<String.Index>? {
        let units = path.utf8
        guard let last = units.lastIndex(where: { $0 != slash }) else { return nil }
        let end = units.index(after: last)
        let before = units[..<end].lastIndex(of: slash)
        return (before.map { units.index(after: $0) } ?? path.startIndex)..<end
    }
}
