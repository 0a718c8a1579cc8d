import Foundation
import TestSupport
import Testing

@testable import hybridrep

/// What the documentation says can be typed, and written into a configuration.
@Suite struct DocumentationTests {
    /// Files with commands in them: those for users, and what cron and systemd are given.
    static let files = [
        "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/operations.md", "docs/ese.md",
        "cron/README.md",
        "cron/nightly",
        "cron/hourly", "cron/monthly", "cron/retention", "cron/hybridrep-retention.service",
        "cron/hybridrep@.service", "cron/hybridrep@.timer",
    ]

    /// Verbs that are followed by another.
    static let groups = ["config", "ese"]

    private static func text(_ file: String) throws -> String {
        try String(contentsOfFile: PackageRoot.path + "/" + file, encoding: .utf8)
    }

    /// The texts of the fenced blocks of one language.
    private static func blocks(_ language: String, in file: String) throws -> [String] {
        var blocks: [String] = []
        var open: [Substring]?
        for line in try text(file).split(separator: "\n", omittingEmptySubsequences: false) {
            if let lines = open, line == "```" {
                blocks.append(lines.joined(separator: "\n"))
                open = nil
            } else if open != nil {
                open?.append(line)
            } else if line == "```" + language {
                open = []
            }
        }
        return blocks
    }

    /// A call of the program, as far as it can be told without a shell.
    struct Call: Hashable, CustomStringConvertible {
        let verbs: [String]
        let options: [String]
        var description: String { (["hybridrep"] + verbs + options).joined(separator: " ") }
    }

    /// Every call in the code of a file: all of a crontab or unit; of a page its blocks and code spans.
    static func calls(in file: String) throws -> [Call] {
        let text = try text(file)
        let program = #/(?:^|[\s`"(/])hybridrep((?: [a-z]+(?:-[a-z]+)*(?![\w.:/=@-]))+)([^|;&#`"]*)/#
        var code = text
        if file.hasSuffix(".md") {
            let indented = text.split(separator: "\n").filter { $0.hasPrefix("    ") }
            let spans = text.matches(of: #/`[^`\n]+`/#).map { $0.output }
            code = (try blocks("sh", in: file) + (indented + spans).map { String($0) }).joined(
                separator: "\n")
        }
        return code.split(separator: "\n").flatMap { line in
            line.matches(of: program).map { match in
                let words = match.output.1.split(separator: " ").map { String($0) }
                let options = (match.output.1 + match.output.2).matches(of: #/--[a-z][a-z-]*/#)
                return Call(
                    verbs: Array(words.prefix(groups.contains(words[0]) ? 2 : 1)),
                    options: options.map { String($0.output) })
            }
        }
    }

    @Test(arguments: ["README.md", "docs/operations.md"]) func everyConfigurationShownIsGood(file: String)
        throws
    {
        let examples = try Self.blocks("yaml", in: file)
        #expect(examples.count >= 2)
        for example in examples {
            let result = try Scratch().check(example)
            #expect(result.status == 0, "\(result.errors)\n\(example)")
        }
    }

    @Test func everyCommandShownExistsWithItsOptions() throws {
        let calls = Set(try Self.files.flatMap { try Self.calls(in: $0) })
        #expect(calls.count > 15)
        let scratch = try Scratch()
        for call in calls {
            let help = try scratch.hybridrep(call.verbs + ["--help"])
            #expect(
                help.status == 0 && help.outputText.contains("USAGE: hybridrep \(call.verbs[0])"), "\(call)")
            for option in call.options { #expect(help.outputText.contains(option), "\(call)") }
        }
    }

    @Test func everyVerbIsMentioned() throws {
        let mentioned = Set(try Self.files.flatMap { try Self.calls(in: $0) }.map { $0.verbs[0] })
        let help = try Scratch().hybridrep(["--help"]).outputText
        let verbs = help.matches(of: #/\n  ([a-z][a-z-]*) +[A-Z]/#).map { String($0.output.1) }
        #expect(verbs.contains("restore"))
        #expect(verbs.filter { !mentioned.contains($0) } == [])
    }

    @Test func everySettingIsExplained() throws {
        let operations = try Self.text("docs/operations.md")
        let keys =
            Configuration.keys + JobConfiguration.keys + SourceConfiguration.keys + TargetConfiguration.keys
            + HooksConfiguration.keys
        for key in keys {
            #expect(operations.contains("`\(key)") || operations.contains("{\(key): "), "\(key)")
        }
    }

    @Test func everyExitCodeIsExplained() throws {
        let operations = try Self.text("docs/operations.md")
        let rows = operations.split(separator: "\n").filter { $0.hasPrefix("| ") }
        let explained = Set(
            rows.flatMap { row in
                row.split(separator: "|")[0].split(separator: ",").compactMap {
                    Int32($0.trimmingCharacters(in: .whitespaces))
                }
            })
        for verdict in hybridrep.ExitStatus.allCases where verdict.rawValue < 128 {
            #expect(explained.contains(verdict.rawValue), "\(verdict)")
        }
    }
}
