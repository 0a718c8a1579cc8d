import Foundation
import TestSupport
import Testing

/// The glossary names types that exist.
@Suite struct GlossaryTests {
    /// The rows of the glossary's tables, as words, meaning and types.
    private static func rows() throws -> [[String]] {
        let text = try String(contentsOfFile: PackageRoot.path + "/docs/glossary.md", encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| **") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// The names that a declaration in `Sources` introduces.
    private static func declaredTypes() throws -> Set<String> {
        let sources = PackageRoot.path + "/Sources"
        let declaration = #/(?:struct|class|enum|protocol|actor|typealias) ([A-Z][A-Za-z0-9]*)/#
        var names: Set<String> = []
        let walk = try #require(FileManager.default.enumerator(atPath: sources))
        for case let path as String in walk where path.hasSuffix(".swift") {
            let text = try String(contentsOfFile: sources + "/" + path, encoding: .utf8)
            for line in text.split(separator: "\n") where !line.contains("//") {
                names.formUnion(line.matches(of: declaration).map { String($0.output.1) })
            }
        }
        return names
    }

    @Test func everyTypeNamedExistsInSources() throws {
        let declared = try Self.declaredTypes()
        #expect(declared.contains("Point"))
        for row in try Self.rows() {
            let types = row[2].matches(of: #/`([A-Za-z0-9]+)`/#).map { String($0.output.1) }
            #expect(!types.isEmpty, "\(row[0])")
            #expect(types.filter { !declared.contains($0) } == [], "\(row[0])")
        }
    }

    @Test func everyNounIsExplainedOnceInOneSentence() throws {
        let rows = try Self.rows()
        #expect(rows.count > 70)
        #expect(Set(rows.map { $0[0] }).count == rows.count)
        for row in rows {
            #expect(row.count == 3 && row[1].hasSuffix("."), "\(row)")
            #expect(!row[1].dropLast().contains(". "), "\(row)")
            #expect(row[1].split(separator: " ").count <= 25, "\(row)")
        }
    }
}
