import ArgumentParser
import Foundation
import Platform
import TestSupport
import Testing

@testable import hybridrep

/// Every command that a message names can be typed as it stands: from `hybridrep` to the end, or to a semicolon.
@Suite struct TypedHintTests {
    private static let groups = ["config", "ese"]

    /// Names of all verbs.
    private static var verbs: [String] {
        Hybridrep.configuration.subcommands.compactMap { $0.configuration.commandName }
    }

    /// The commands in a text, each without the program's name.
    private static func commands(in text: String) -> [String] {
        text.split(separator: "\n").filter { !$0.hasPrefix("Usage: ") }.flatMap { line in
            // What failed is named in front.
            line.replacing(
                #/^hybridrep [^:]*: /#, with: "", maxReplacements: line.contains(": FAILED (") ? 1 : 0
            )
            .matches(of: #/(?:^|[ `"(])hybridrep ([a-z]+(?:-[a-z]+)*)\b(?!:)([^;|>`")]*)/#).compactMap {
                found in
                let verb = String(found.output.1)
                return verbs.contains(verb) ? verb + found.output.2 : nil
            }
        }
    }

    /// What the argument parser says of a command; nil where it accepts it.
    private static func refusal(_ command: String) throws -> String? {
        let shell = try Command.run(["sh", "-c", "for word in \(command); do printf '%s\\n' \"$word\"; done"])
        guard shell.status == 0 else { return "\(command): the shell: \(shell.errorText)" }
        let words = shell.outputText.split(separator: "\n").map(String.init)
        if words.contains(where: { $0.contains("…") }) { return "\(command): an ellipsis" }
        if words.dropFirst().contains(where: { $0.hasSuffix(",") }) { return "\(command): a comma" }
        do {
            _ = try Hybridrep.parseAsRoot(words)
            return nil
        } catch { return "\(command): \(Hybridrep.message(for: error))" }
    }

    private static func expectTyped(_ text: String, at location: SourceLocation = #_sourceLocation) throws
        -> Int
    {
        let commands = commands(in: text)
        for command in commands {
            let refusal = try refusal(command)
            #expect(refusal == nil, "\(refusal ?? "") in: \(text)", sourceLocation: location)
        }
        return commands.count
    }

    /// Runs a command as it is and with `--json`, and types what both say.
    private static func provoke(
        _ site: Site, _ words: [String], at location: SourceLocation = #_sourceLocation
    ) throws -> Int {
        let plain = try site.run(words)
        var count = try expectTyped(plain.errorText + "\n" + plain.outputText, at: location)
        let json = try site.run(words + ["--json"])
        count += try expectTyped(json.errorText, at: location)
        for line in try Line.parse(json.output) {
            for text in texts(line.fields) { count += try expectTyped(text, at: location) }
        }
        return count
    }

    private static func texts(_ value: Any) -> [String] {
        switch value {
        case let text as String: [text]
        case let fields as [String: Any]: fields.values.flatMap(texts)
        case let list as [Any]: list.flatMap(texts)
        default: []
        }
    }

    // MARK: what is printed

    @Test(arguments: hybridrep.ExitStatus.allCases) func ofEachExitStatus(verdict: hybridrep.ExitStatus)
        throws
    {
        let result = try EveryExitStatusTests.end(verdict)
        _ = try Self.expectTyped(result.errorText + "\n" + result.outputText)
    }

    @Test func ofThingsThatAreNotThere() throws {
        let site = try Site()
        try site.configure(source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"])
        var count = 0
        for words in [
            ["run", Site.job], ["backup", Site.job], ["push", Site.job], ["list", Site.job], ["status"],
            ["doctor", Site.job], ["verify", Site.job], ["gc", Site.job], ["forget", Site.job, "1"],
            ["show", Site.job, "1"], ["restore", Site.job, "--to", site.path("to")], ["reconcile", Site.job],
            ["rehearse", Site.job, "--scratch", site.path("scratch")],
            ["apply", Site.job, "--to", site.path("r")],
            ["copy", Site.job, "--from", "vault", "--to", site.path("usb")], ["runbook", Site.job],
            ["drop-job", Site.job], ["drop-job", Site.job, "--target", "vault"],
            ["drop-job", Site.job, "--target", "vault", "--yes"], ["release", Site.job, "1"],
            ["init", "vault", "--job", "mdb02"], ["list", "--store", site.store],
            ["gc", "--store", site.store],
            ["list", Site.job, "--store", site.store], ["forget", Site.job, "--store", site.store],
            ["restore", "--store", site.store], ["history"], ["report"], ["adopt", Site.job, "db02"],
            ["pin", Site.job, "1"], ["suspend", Site.job, "--comment", "moved"], ["diff", Site.job],
        ] { count += try Self.provoke(site, words) }
        #expect(count > 20)
    }

    @Test func ofDamageAndDoubt() throws {
        let site = try Site()
        try site.configure(source: try site.makeRawFile(), targets: ["vault": "directory: \(site.store)"])
        try site.expectGood("init", "vault")
        for night in 0..<3 {
            if night > 0 { try site.flip(site.path("db.img"), at: 1000 * night) }
            try site.expectGood("run", Site.job)
        }
        var count = 0
        func provoke(_ commands: [[String]]) throws {
            for words in commands { count += try Self.provoke(site, words) }
        }
        try provoke([
            ["forget", Site.job], ["forget", Site.job, "9"], ["forget", Site.job, "3"],
            ["restore", Site.job, "9", "--to", site.path("r")],
            ["forget", Site.job, "--keep-last", "1"], ["forget", Site.job, "1", "--undo"],
            ["diff", Site.job, "1", "9"],
            ["restore", Site.job, "--at", "3000d", "--to", site.path("r")], ["show", Site.job, "1-ffff"],
            ["doctor", Site.job], ["drop-job", Site.job, "--store", site.store],
            ["run", Site.job, "--adopt"],
        ])
        try site.expectGood("pin", Site.job, "1")
        try provoke([["drop-job", Site.job, "--target", "vault", "--yes"], ["forget", Site.job, "1"]])
        try site.flip(try #require(try site.stored("packs").first), at: 200)
        try provoke([
            ["verify", Site.job, "--full"], ["status"], ["restore", Site.job, "--to", site.path("r1")],
            ["forget", Site.job, "2"], ["gc", Site.job, "--waste", "0"], ["reconcile", Site.job],
            ["doctor", Site.job],
            ["rehearse", Site.job, "--scratch", site.path("scratch")],
            ["verify", Site.job, "--store", site.store, "--full"],
            ["copy", Site.job, "--from", "vault", "--to", site.path("usb")], ["report"],
        ])
        try site.flip(try #require(try site.stored("points").last), at: 300)
        try provoke([
            ["list", Site.job], ["status"], ["run", Site.job], ["verify", Site.job],
            ["forget", Site.job, "2"], ["gc", Site.job], ["restore", Site.job, "--to", site.path("r2")],
            ["doctor", Site.job], ["drop-job", Site.job, "--target", "vault", "--yes"],
        ])
        try FileManager.default.removeItem(atPath: try #require(try site.stored("points").first))
        try provoke([
            ["list", Site.job], ["forget", Site.job, "2"], ["gc", Site.job], ["verify", Site.job],
            ["run", Site.job], ["doctor", Site.job],
        ])
        try FileManager.default.removeItem(atPath: site.store)
        try provoke([
            ["run", Site.job], ["status"], ["doctor", Site.job], ["init", "vault"], ["list", Site.job],
        ])
        #expect(count > 40)
    }

    @Test(.enabled(if: LoopbackSSHServer.isAvailable)) func ofAKeyThatMayOnlyAdd() throws {
        let site = try Site(try Link(.forcedCommand))
        try site.expectGood("run", Site.job)
        for words in [
            ["forget", Site.job, "1"], ["gc", Site.job], ["release", Site.job, "1"],
            ["unpin", Site.job, "1"], ["suspend", Site.job, "--comment", "moved"],
            ["drop-job", Site.job, "--target", "vault", "--yes"], ["adopt", Site.job, "db02"],
            ["doctor", Site.job],
        ] {
            let result = try site.run(words)
            #expect(!result.errorText.contains("…"), "\(result.errorText)")
            _ = try Self.provoke(site, words)
        }
    }

    // MARK: what the sources have

    /// A text in a source with `1` in the place of each value.
    private static func filled(_ literal: Substring) -> String {
        var text = ""
        var depth = 0
        var rest = literal
        while let character = rest.popFirst() {
            if depth == 0, character == "\\", rest.first == "(" {
                rest.removeFirst()
                depth = 1
                text += "1"
            } else if depth == 0, character == "\\", let next = rest.popFirst() {
                text.append(next == "n" ? "\n" : next)
            } else if depth > 0 {
                depth += character == "(" ? 1 : character == ")" ? -1 : 0
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// The string literals of a line; those in the values of one are part of it.
    private static func literals(_ line: Substring) -> [Substring] {
        var found: [Substring] = []
        var start: Substring.Index?
        var depth = 0
        var index = line.startIndex
        while index < line.endIndex {
            let next = line.index(after: index)
            if let begun = start {
                if depth > 0 {
                    depth += line[index] == "(" ? 1 : line[index] == ")" ? -1 : 0
                } else if line[index] == "\\", next < line.endIndex {
                    if line[next] == "(" { depth = 1 }
                    index = line.index(after: next)
                    continue
                } else if line[index] == "\"" {
                    found.append(line[begun..<index])
                    start = nil
                }
            } else if line[index] == "\"" {
                start = next
            }
            index = next
        }
        return found
    }

    @Test func everyCommandInTheSourcesIsAccepted() throws {
        let files = FileManager.default.enumerator(atPath: PackageRoot.path + "/Sources")
        var count = 0
        while let file = files?.nextObject() as? String {
            guard file.hasSuffix(".swift") else { continue }
            let text = try String(contentsOfFile: PackageRoot.path + "/Sources/" + file, encoding: .utf8)
            for line in text.split(separator: "\n")
            where line.contains("hybridrep ") && !line.drop(while: { $0 == " " }).hasPrefix("//") {
                for literal in Self.literals(line) { count += try Self.expectTyped(Self.filled(literal)) }
            }
        }
        #expect(count > 60)
    }

    @Test func everyExampleOfTheHelpIsAccepted() throws {
        let scratch = try Scratch()
        var count = 0
        for verb in Self.verbs where !Self.groups.contains(verb) {
            let help = try scratch.hybridrep([verb, "--help"]).outputText.components(separatedBy: "USAGE:")[0]
            for line in help.split(separator: "\n") where line.hasPrefix("  hybridrep ") {
                count += try Self.expectTyped(String(line))
            }
        }
        #expect(count > 30)
    }
}
