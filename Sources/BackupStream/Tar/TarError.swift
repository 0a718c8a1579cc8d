package import Platform

/// A tar image could not be read or unpacked.
package enum TarError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemError)
    /// Not the tar it should be.
    case format(FormatError, path: String)
    /// A member whose name is not a plain file name, so that unpacking it could write anywhere.
    case unsafeName(String, path: String)
    /// Two members of one name.
    case duplicate(String, path: String)
    /// Unpacking would replace this file.
    case exists(String)
    /// The image has no member of this name.
    case noMember(String, path: String)

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .format(let error, let path): "read \(path): \(error)"
        case .unsafeName(let name, let path): "unpack \(path): refused member name \"\(name)\""
        case .duplicate(let name, let path): "unpack \(path): two members are named \(name)"
        case .exists(let file): "unpack: \(file) is there already"
        case .noMember(let name, let path): "unpack \(path): no member is named \(name)"
        }
    }

    package var hint: String? {
        switch self {
        case .exists: "unpack into an empty folder, or replace files with --force"
        case .system(let error) where error.isNoSpace: "free space, or unpack somewhere else"
        case .system, .format, .unsafeName, .duplicate, .noMember: nil
        }
    }
}
