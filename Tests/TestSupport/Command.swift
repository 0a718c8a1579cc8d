import Foundation

/// Runs an ordinary program to its end, for tests that compare with one or need one.
package enum Command {
    package struct Result: Equatable, Sendable {
        package let status: Int32
        package let output: [UInt8]
        package let errors: [UInt8]

        /// Output and errors as text.
        package var stdout: String { String(decoding: output, as: UTF8.self) }
        package var stderr: String { String(decoding: errors, as: UTF8.self) }
    }

    package static func run(_ arguments: [String], stdin: String) throws -> Command.Result {
        try run(arguments, input: Array(stdin.utf8))
    }

    /// Runs `arguments[0]` (a full path, or a name found in `PATH`) with `input` on its stdin.
    ///
    /// Its output goes through files, so neither side can block on a full pipe.
    package static func run(_ arguments: [String], input: [UInt8] = []) throws -> Command.Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func file(_ name: String, _ bytes: [UInt8]) throws -> URL {
            let url = folder.appendingPathComponent(name)
            try Data(bytes).write(to: url)
            return url
        }
        let output = try file("output", [])
        let errors = try file("errors", [])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["--"] + arguments
        process.standardInput = try FileHandle(forReadingFrom: file("input", input))
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: Array(try Data(contentsOf: output)),
            errors: Array(try Data(contentsOf: errors)))
    }
}
