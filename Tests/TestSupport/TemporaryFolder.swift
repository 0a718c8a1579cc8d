internal import Foundation

/// A folder of its own for one test, removed with its last reference.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// - Parameter parent: The system's folder for such where nil.
    package init(in parent: String? = nil) throws {
        let parent = parent.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
        let url = parent.appendingPathComponent("hybridrep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
