import Foundation
import Platform
import TestSupport
import Testing

@Suite struct CommandLineTests {
    @Test(arguments: [["--help"], ["help"], ["config", "--help"], ["config", "check", "-h"]])
    func helpGoesToStandardOutputAndIsGood(arguments: [String]) throws {
        let result = try Scratch().hybridrep(arguments)
        #expect(result.status == 0)
        #expect(result.outputText.contains("USAGE: hybridrep"))
        #expect(result.errors.isEmpty)
    }

    @Test func versionOptionPrintsTheVersionAlone() throws {
        let result = try Scratch().hybridrep(["--version"])
        #expect(result.status == 0)
        #expect(result.outputText == "\(ToolVersion.current)\n")
    }

    @Test(arguments: [
        ["--nonsense"], ["nonsense"], ["config", "nonsense"], ["version", "extra"],
        ["config", "check", "--config"],
    ])
    func wrongArgumentsAreCode2(arguments: [String]) throws {
        let result = try Scratch().hybridrep(arguments)
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errorText.hasPrefix("hybridrep: FAILED (2) "))
        #expect(result.errorText.contains("Usage: hybridrep"))
    }

    @Test(arguments: [[], ["config"]]) func doingNothingIsNotGood(arguments: [String]) throws {
        let result = try Scratch().hybridrep(arguments)
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errorText.contains("SUBCOMMANDS"))
    }

    @Test func wrongArgumentsAreEscaped() throws {
        let result = try Scratch().hybridrep(["\u{1B}[2Jboo\u{202E}"])
        #expect(result.status == 2)
        #expect(result.errorText.contains("\\u{1B}[2Jboo\\u{202E}"))
        #expect(!result.errors.contains(0x1B))
    }

    @Test func versionListsTheLibraries() throws {
        let result = try Scratch().hybridrep(["version"])
        #expect(result.status == 0)
        let lines = result.outputText.split(separator: "\n")
        #expect(lines.first == "hybridrep \(ToolVersion.current)")
        #expect(
            lines.dropFirst().map { $0.split(separator: " ")[0] } == [
                "libzstd", "libcrypto", "libssh", "libxxhash",
            ])
    }

    @Test(arguments: [["--json", "version"], ["version", "--json"]])
    func jsonVersionNamesTheLoadedLibraries(arguments: [String]) throws {
        let result = try Scratch().hybridrep(arguments)
        #expect(result.status == 0)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any])
        #expect(object["message_type"] as? String == "summary")
        #expect(object["schema_version"] as? Int == 1)
        #expect((object["run_id"] as? String)?.count == 32)
        #expect(object["job"] is NSNull)
        #expect(object["target"] is NSNull)
        #expect(object["version"] as? String == ToolVersion.current)
        let libraries = try #require(object["libraries"] as? [[String: String]])
        #expect(libraries.map { $0["name"] } == ["libzstd", "libcrypto", "libssh", "libxxhash"])
        for library in libraries {
            #expect(library["version"]?.split(separator: ".").count == 3)
            #expect(library["compiled_version"]?.split(separator: ".").count == 3)
        }
    }

    @Test func aReaderThatGoesAwayIsNoFailure() throws {
        let program = try Command.built("hybridrep")
        let script = "\(program) config example | true; echo ${PIPESTATUS[0]}"
        let result = try Command.run(["bash", "-c", script])
        #expect(result.outputText == "0\n")
        #expect(result.errors.isEmpty)
    }

    @Test func aResultThatCannotBeWrittenIsAFailure() throws {
        let program = try Command.built("hybridrep")
        let result = try Command.run(["bash", "-c", "\(program) version > /dev/full"])
        #expect(result.status == 24)
        #expect(
            result.errorText
                == "hybridrep version: FAILED (24) write standard output: No space left on device\n")
    }

    @Test func diagnosticsCarryTheRunID() throws {
        let scratch = try Scratch()
        let path = try scratch.write("targets: {a: {directory: /a}}")
        let result = try scratch.hybridrep(["config", "check", "-v", "--json", "--config", path])
        #expect(result.status == 0)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(result.output)) as? [String: Any])
        let runID = try #require(object["run_id"] as? String)
        #expect(result.errorText.contains("Z debug \(runID): read configuration file=\(path)\n"))
    }
}
