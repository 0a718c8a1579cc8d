import Foundation
import TestSupport
import Testing

@testable import hybridrep

/// The man pages have all that the program has.
@Suite struct ManualTests {
    @Test func everyConfigurationKeyIsExplainedAndNoOther() throws {
        #expect(ConfigurationReference.sections.count == 9)
        for section in ConfigurationReference.sections {
            #expect(Set(section.keys) == Set(section.entries.keys), "\(section.title)")
            for (key, entry) in section.entries {
                #expect(entry.meaning.hasSuffix(".") && !entry.standard.isEmpty, "\(section.title): \(key)")
            }
        }
    }

    @Test func theConfigurationPageHasEveryKeyAndTheExample() throws {
        let page = try Scratch().hybridrep(["manual", "configuration"]).outputText
        let keys =
            Configuration.keys + JobConfiguration.keys + JobConfiguration.spoolKeys
            + JobConfiguration.verifyKeys
            + SourceConfiguration.keys + RehearsalConfiguration.keys + KeepConfiguration.keys
            + HooksConfiguration.keys + TargetConfiguration.keys
        let lines = Set(page.split(separator: "\n").map { $0.replacing("\\-", with: "-") })
        for key in keys { #expect(lines.contains(".It Cm \(key)"), "\(key)") }
        for line in ConfigurationExample.text.split(separator: "\n") {
            #expect(lines.contains(line.replacing("~", with: "\\(ti")), "\(line)")
        }
    }

    @Test func theProgramPageHasEveryExitCodeAndVariable() throws {
        let page = try Scratch().hybridrep(["manual", "program"]).outputText
        for status in hybridrep.ExitStatus.allCases {
            #expect(page.contains("\n.It \(status.rawValue)\n"), "\(status)")
        }
        let declared = Set(try Self.variablesInSources())
        #expect(declared.contains("HYBRIDREP_CONFIG"))
        for variable in declared.union(Overridable.allCases.map { $0.variable }) {
            #expect(page.contains("\n.It Ev \(variable)\n"), "\(variable)")
        }
    }

    /// Every variable of the program's own that a string of `Sources` names.
    private static func variablesInSources() throws -> [String] {
        let sources = PackageRoot.path + "/Sources"
        let walk = try #require(FileManager.default.enumerator(atPath: sources))
        var names: [String] = []
        for case let path as String in walk where path.hasSuffix(".swift") {
            let text = try String(contentsOfFile: sources + "/" + path, encoding: .utf8)
            names += text.matches(of: #/"(HYBRIDREP_[A-Z_]+[A-Z])"/#).map { String($0.output.1) }
        }
        return names
    }
}
