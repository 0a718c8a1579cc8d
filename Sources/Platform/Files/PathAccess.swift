internal import Glibc

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
