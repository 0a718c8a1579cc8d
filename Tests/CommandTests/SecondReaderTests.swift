import Foundation
import Platform
import TestSupport
import Testing

/// Our stores, read by a program that knows nothing but `docs/format`.
@Suite struct SecondReaderTests {
    private static let reader = PackageRoot.path + "/Tests/reader/hybridrep_reader.py"

    /// Whether the reader can run at all: Python 3.11, and a way to decode zstd.
    private static let canRun: Bool = {
        let probe = """
            import sys, shutil, importlib.util as util
            sys.exit(sys.version_info < (3, 11) or not (util.find_spec("zstandard") or shutil.which("zstd")))
            """
        return (try? Command.run(["python3", "-c", probe]))?.status == 0
    }()

    private static let condition: Testing.ConditionTrait = .enabled(
        if: canRun, "no python3 of at least 3.11, or neither its module zstandard nor the program zstd")

    private func read(_ site: Site, _ arguments: String...) throws -> Command.Result {
        try Command.run(["python3", "-B", Self.reader, site.store, Site.job] + arguments)
    }

    /// Restores every point with both programs.
    private func compareAllPoints(_ site: Site, count: Int) throws {
        let points = try site.points()
        #expect(points.count == count)
        let listed = try read(site, "--list")
        #expect(listed.status == 0, "\(listed.errorText)")
        #expect(
            listed.outputText.split(separator: "\n").map { $0.prefix { $0 != " " } }
                == points.map { Substring($0.text("id") ?? "?") })
        for point in points {
            let name = try #require(point.text("id"))
            let (ours, theirs) = (site.path("ours-\(name)"), site.path("theirs-\(name)"))
            try site.expectGood("restore", Site.job, name, "--image", ours)
            let result = try read(site, name, "-o", theirs)
            try #require(result.status == 0, "\(name): \(result.errorText)")
            #expect(FileManager.default.contentsEqual(atPath: ours, andPath: theirs), "\(name)")
            for path in [ours, theirs] { try FileManager.default.removeItem(atPath: path) }
        }
    }

    @Test("it reads every point of a database whose maps were merged", condition)
    func databasePoints() throws {
        let site = try Site(Link(.directory), pages: 64)
        try site.expectGood("run", Site.job)
        for night in 1..<12 {
            try site.mutate(UInt64(night), appended: UInt32(night % 3))
            try site.expectGood("run", Site.job)
        }
        try compareAllPoints(site, count: 12)
    }

    @Test("it reads every point of a file that grows, shrinks, moves and is blanked", condition)
    func filePoints() throws {
        let site = try Site()
        let source = site.path("source.bin")
        try site.configure(
            source: "file: \(source)", targets: ["vault": "directory: \(site.store)"],
            more: "sanity-gate: false")
        try site.expectGood("init", "vault")
        var random = SeededGenerator(seed: 5)
        let first = (0..<400_000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let blanked = first[..<100_000] + [UInt8](repeating: 0, count: 150_001) + first[250_001...]
        let contents: [ArraySlice<UInt8>] = [
            first[...], first + first[..<99_999], blanked, blanked[150_000...] + blanked[..<150_000],
            blanked[..<300_007], [7], first[...] + [UInt8](repeating: 0, count: 50_100),
            [UInt8](repeating: 0, count: 40_961)[...],
        ]
        for content in contents {
            try Data(content).write(to: URL(fileURLWithPath: source))
            try site.expectGood("run", Site.job)
        }
        try compareAllPoints(site, count: contents.count)
    }

    @Test("it reads every point of a copy", condition)
    func copiedPoints() throws {
        let site = try Site(Link(.directory), pages: 64)
        try site.expectGood("run", Site.job)
        for night in 1..<4 {
            try site.mutate(UInt64(night))
            try site.expectGood("run", Site.job)
        }
        let third = site.path("third")
        try site.expectGood("copy", Site.job, "--from", "vault", "--to", third)
        try FileManager.default.removeItem(atPath: site.store)
        try FileManager.default.moveItem(atPath: third, toPath: site.store)
        try site.configure(
            source: "ese: \(site.path("source"))", targets: ["third": "directory: \(site.store)"])
        try compareAllPoints(site, count: 4)
    }

    @Test("it refuses a store in which one byte is another, and leaves no file", condition)
    func damage() throws {
        let site = try Site(Link(.directory), pages: 32)
        try site.expectGood("run", Site.job)
        try site.mutate(1)
        try site.expectGood("run", Site.job)
        let objects = try ["packs", "maps", "points"].flatMap { try site.stored($0) }
        #expect(objects.count == 6)
        for object in objects {
            let size = try #require(
                try FileManager.default.attributesOfItem(atPath: object)[.size] as? Int)
            for offset in [40, size / 2, size - 1] {
                try site.flip(object, at: offset)
                let output = site.path("restored")
                let result = try read(site, "-o", output)
                #expect(result.status == 1, "\(object), byte \(offset)")
                #expect(result.errorText.hasPrefix("hybridrep_reader: "), "\(result.errorText)")
                #expect(result.errorText.split(separator: "\n").count == 1, "\(result.errorText)")
                #expect(!FileManager.default.fileExists(atPath: output))
                try site.flip(object, at: offset)
            }
        }
        #expect(try read(site, "-o", site.path("restored")).status == 0)
    }

    @Test("it needs no more than 300 lines")
    func length() throws {
        let text = try String(contentsOfFile: Self.reader, encoding: .utf8)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 301)
    }
}
