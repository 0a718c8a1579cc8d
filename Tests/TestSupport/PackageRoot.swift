internal import Foundation

/// Where this package lies, and what may lie beside it.
package enum PackageRoot {
    /// The folder of `Package.swift`, without a final slash.
    package static let path: String = {
        var parts = #filePath.split(separator: "/")
        parts.removeLast(3 /* Tests, TestSupport, this file */)
        return "/" + parts.joined(separator: "/")
    }()

    /// A file or folder beside the package, such as `shared/samples`; nil when it is absent.
    package static func beside(_ name: String) -> String? {
        let path = URL(fileURLWithPath: Self.path + "/../" + name).standardizedFileURL.path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
