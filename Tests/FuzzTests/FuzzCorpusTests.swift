import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Every parser, fed with sound inputs, with what once broke it, and with seeded changes of both.
@Suite struct FuzzCorpusTests {
    /// Of each target; `HYBRIDREP_FUZZ_MUTATIONS` asks for more.
    private static let mutations =
        ProcessInfo.processInfo.environment["HYBRIDREP_FUZZ_MUTATIONS"].flatMap { UInt64($0) } ?? 400
    static let names = FuzzTarget.all.map(\.name)

    @Test("parsers neither trap nor lie", arguments: names)
    func mutated(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let corpus = try target.seeds() + Self.kept(name)
        target.run([])
        for bytes in corpus { target.run(bytes) }
        for seed in 0..<Self.mutations {
            var random = SeededGenerator(seed: seed)
            let base = corpus.isEmpty ? random.bytes(64) : corpus[Int(random.next() % UInt64(corpus.count))]
            let other = corpus.isEmpty ? [] : corpus[Int(random.next() % UInt64(corpus.count))]
            target.run(SeededMutation.apply(base, with: other, &random))
        }
    }

    @Test func everyKeptInputHasATarget() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
        #expect(Set(folders.filter { !$0.hasPrefix(".") }).isSubset(of: Set(Self.names)))
        #expect(Set(Self.names).count == Self.names.count)
    }

    private static let folder = PackageRoot.path + "/Tests/Fuzz/Corpus"

    /// Inputs in the repository: each takes a path that no other does, or once made a parser fail.
    private static func kept(_ name: String) throws -> [[UInt8]] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")) ?? []
        return try files.sorted().map {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)/\($0)")))
        }
    }
}
