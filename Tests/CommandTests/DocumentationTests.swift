import Foundation
import TestSupport
import Testing

@testable import hybridrep

/// What the documentation says can be typed, and written into a configuration.
@Suite struct DocumentationTests {
    /// Files with commands in them: those for users, and what cron and systemd are given.
    static let files =
        [
            "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/ese.md", "docs/glossary.md",
            "cron/README.md", "cron/nightly", "cron/hourly", "cron/monthly", "cron/retention",
            "cron/hybridrep-retention.service", "cron/hybridrep@.service", "cron/hybridrep@.timer",
        ] + operations

    /// The pages of `docs/operations`, one for each task.
    static let operations = [
        "README", "install", "first-backup", "ssh-target", "schedule", "verify", "restore", "retention",
        "monitoring", "trouble",
    ].map { "docs/operations/\($0).md" }

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

    @Test func everyConfigurationShownIsGood() throws {
        let readme = try Self.blocks("yaml", in: "README.md")
        let pages = try Self.operations.flatMap { try Self.blocks("yaml", in: $0) }
        #expect(readme.count >= 2 && pages.count >= 8)
        for example in readme + pages {
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
        let operations = try Self.operations.map { try Self.text($0) }.joined()
        let keys =
            Configuration.keys + JobConfiguration.keys + SourceConfiguration.keys + TargetConfiguration.keys
            + HooksConfiguration.keys
        for key in keys {
            #expect(operations.contains("`\(key)") || operations.contains("{\(key): "), "\(key)")
        }
    }

    @Test func everyExitCodeIsExplained() throws {
        let trouble = try Self.text("docs/operations/trouble.md")
        let rows = trouble.split(separator: "\n").filter { $0.hasPrefix("| ") }
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

    @Test func everyPageOfOperationsIsListedAndWrittenInTheIndex() throws {
        let folder = PackageRoot.path + "/docs/operations"
        let found = try FileManager.default.contentsOfDirectory(atPath: folder).map {
            "docs/operations/\($0)"
        }
        #expect(Set(found) == Set(Self.operations))
        let index = try Self.text("docs/operations/README.md")
        for page in found where !page.hasSuffix("README.md") {
            #expect(index.contains("(\(page.split(separator: "/")[2]))"), "\(page)")
        }
    }

    /// A link to another page leads to a page, and `*Section* in [page](page.md)` to a heading in it.
    @Test func everyLinkOfOperationsLeadsSomewhere() throws {
        for page in Self.operations {
            let text = try Self.text(page).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for link in text.matches(of: #/\]\(([a-z-]+\.md)\)/#) {
                #expect(
                    Self.operations.contains("docs/operations/\(link.output.1)"), "\(page): \(link.output.0)")
            }
            for link in text.matches(of: #/\*([A-Z][^*]+)\* in \[[a-z -]+\]\(([a-z-]+\.md)\)/#) {
                let target = try Self.text("docs/operations/\(link.output.2)")
                #expect(
                    target.contains("# \(link.output.1)") || target.contains("**\(link.output.1)"),
                    "\(page): \(link.output.0)")
            }
        }
    }
}
