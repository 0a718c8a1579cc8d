internal import Foundation

/// Runs another program and waits for it; for oracles in tests only.
package enum Command {
    package struct Result: Sendable {
        package let status: Int32
        package let stdout: String
        package let stderr: String
    }

    package enum Failure: Error { case cannotStart(String) }

    /// - Parameters:
    ///   - arguments: The program, looked up in the path, and its arguments.
    ///   - stdin: What it reads; nothing by default.
    package static func run(_ arguments: [String], stdin: String = "") throws(Failure) -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        do {
            // Files rather than pipes: neither side can block on a full one.
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            func file(_ name: String, _ content: String = "") throws -> URL {
                let url = folder.appendingPathComponent(name)
                try Data(content.utf8).write(to: url)
                return url
            }
            let output = try file("out")
            let errors = try file("err")
            process.standardInput = try FileHandle(forReadingFrom: file("in", stdin))
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
            process.waitUntilExit()
            return Result(
                status: process.terminationStatus,
                stdout: String(decoding: try Data(contentsOf: output), as: UTF8.self),
                stderr: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        } catch {
            throw .cannotStart("\(arguments.first ?? ""): \(error)")
        }
    }
}
