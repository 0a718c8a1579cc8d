internal import Foundation

/// Where this package lies, and what may lie beside it.
package enum PackageRoot {
    /// The folder of `Package.swift`, without a final slash.
    package static let path: String = {
        var parts = #filePath.split(separator: "/")
        parts.removeLast(3 /* Tests, TestSupport, this file */)
        return "/" + parts.joined(separator: "/")
    }()

    /// A file or folder in `../shared`, such as `samples`; nil when it is absent.
    ///
    /// `HYBRIDREP_SHARED` names another folder in its place, for checkouts that lie elsewhere.
    package static func shared(_ name: String) -> String? {
        let folder = ProcessInfo.processInfo.environment["HYBRIDREP_SHARED"] ?? Self.path + "/../shared"
        let path = URL(fileURLWithPath: folder + "/" + name).standardizedFileURL.path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
