import Foundation
import TestSupport

/// A folder of one test's own, and the program run in an environment that has nothing else.
final class Scratch {
    let folder: String

    init() throws {
        folder =
            FileManager.default.temporaryDirectory.appendingPathComponent("test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Writes a file that only its owner can write, and returns its path.
    @discardableResult
    func write(_ text: String, to name: String = "hybridrep.yaml", mode: Int = 0o644) throws -> String {
        let path = folder + "/" + name
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    /// What the program finds in its environment.
    var environment: [String: String] { ["PATH": "/usr/bin:/bin", "HOME": folder] }

    /// Runs the built program; `HOME` is this folder.
    func hybridrep(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
    ) throws -> Command.Result {
        try Command.run(
            [try Command.built("hybridrep")] + arguments, input: input,
            environment: self.environment.merging(environment) { _, new in new })
    }

    /// Runs `config check` on a text and returns standard error, with the file's path taken out of it.
    func check(_ text: String) throws -> (status: Int32, errors: String) {
        let path = try write(text)
        let result = try hybridrep(["config", "check", "--config", path])
        return (result.status, result.errorText.replacingOccurrences(of: path, with: "FILE"))
    }
}
