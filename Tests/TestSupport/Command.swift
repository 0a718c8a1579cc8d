internal import Foundation

/// A program run to its end, as a user would run it.
package struct Command {
    package struct Result: Sendable {
        package let status: Int32
        package let output: [UInt8]
        package let errors: [UInt8]

        package var stdout: String { outputText }
        package var stderr: String { errorText }
        package var outputText: String { String(decoding: output, as: UTF8.self) }
        package var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    package static func run(_ arguments: [String], stdin: String) throws -> Result {
        try run(arguments, input: Array(stdin.utf8))
    }

    /// Runs a program and waits for it.
    ///
    /// Its streams are files, not pipes, so that no amount of output can block it.
    /// - Parameters:
    ///   - arguments: A path, or a name looked up in `PATH`, and the arguments.
    ///   - environment: The whole environment; nil for that of the tests.
    package static func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String]? = nil
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["input", "output", "errors"].map { folder.appendingPathComponent($0) }
        try Data(input).write(to: files[0])
        try Data().write(to: files[1])
        try Data().write(to: files[2])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        if let environment { process.environment = environment }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        let status =
            process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Result(
            status: status, output: [UInt8](try Data(contentsOf: files[1])),
            errors: [UInt8](try Data(contentsOf: files[2])))
    }

    /// Path of a program that was built together with these tests.
    package static func built(_ name: String) throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent(name).path
    }
}
