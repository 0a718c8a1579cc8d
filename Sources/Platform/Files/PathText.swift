internal import SystemPackage

/// The two ends of a path, as the system takes it apart.
package enum PathText {
    /// The folder that a path lies in: `/` for a name in the root, `.` for a bare name.
    package static func folder(of path: String) -> String {
        let folder = FilePath(path).removingLastComponent()
        return folder.isEmpty ? "." : folder.string
    }

    /// The path of a name in a folder.
    package static func path(of name: String, in folder: String) -> String {
        FilePath(folder).appending(name).string
    }

    /// The last name of a path; the path itself when it has none.
    package static func name(of path: String) -> String {
        FilePath(path).lastComponent?.string ?? path
    }
}
