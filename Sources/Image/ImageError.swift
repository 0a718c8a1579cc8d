package import Platform

/// An image or its signature could not be read or written.
package enum ImageError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemError)
    case format(FormatError, path: String)
    /// The image's bytes are not those its signature describes.
    case differs(path: String, offset: Int)

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .format(let error, let path): "read \(path): \(error)"
        case .differs(let path, let offset): "read \(path): byte \(offset) is not what its signature says"
        }
    }
}
