internal import Glibc
internal import SystemPackage

/// The two ends of a path, as the system takes it apart.
package enum PathText {
    /// The folder that a path is in: `/` for a name in the root, `.` for a bare name.
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

/// Asks whether this process may use a path, without opening it.
package enum PathAccess {
    /// Why nothing can be written there: a mode, an owner, a file system that is read-only; nil where it can.
    package static func refusalToWrite(_ path: String) -> SystemError? { refusal(path, W_OK, "write") }

    /// Why it cannot be read; nil where it can.
    package static func refusalToRead(_ path: String) -> SystemError? { refusal(path, R_OK, "read") }

    private static func refusal(_ path: String, _ mode: Int32, _ call: String) -> SystemError? {
        unsafe faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 ? nil : SystemError.last(call, path)
    }
}
