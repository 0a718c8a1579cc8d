import Foundation
import TestSupport
import Testing

/// Help, as a person meets it.
@Suite struct HelpTests {
    /// Every verb, and below the groups every second one.
    private static func verbs(_ scratch: Scratch) throws -> [[String]] {
        func listed(_ words: [String]) throws -> [String] {
            let help = try scratch.hybridrep(words + ["--help"]).outputText
            guard let start = help.firstRange(of: "SUBCOMMANDS:") else { return [] }
            return help[start.upperBound...].matches(of: #/\n  ([a-z][a-z-]*) +[A-Z]/#).map {
                String($0.output.1)
            }
        }
        let first = try listed([])
        return try first.flatMap { verb in [[verb]] + (try listed([verb]).map { [verb, $0] }) }
    }

    @Test func everyVerbHasAnExampleOfItself() throws {
        let scratch = try Scratch()
        let verbs = try Self.verbs(scratch)
        #expect(verbs.count > 20)
        #expect(verbs.contains(["ese", "pages"]))
        for verb in verbs {
            let help = try scratch.hybridrep(verb + ["--help"]).outputText
            let example = "\n  hybridrep \(verb.joined(separator: " "))"
            #expect(help.components(separatedBy: "USAGE:")[0].contains(example), "\(verb): \(help)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionsCanBeHad(shell: String) throws {
        let script = try Scratch().hybridrep(["--generate-completion-script", shell])
        #expect(script.status == 0, "\(script.errorText)")
        #expect(script.outputText.contains("restore"))
        guard shell == "bash" else { return }
        let check = try Command.run(["bash", "-n"], input: script.output)
        #expect(check.status == 0, "\(check.errorText)")
    }
}
