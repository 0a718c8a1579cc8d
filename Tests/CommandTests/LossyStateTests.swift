import Foundation
import TestSupport
import Testing

/// What a host remembers is a cache: however it is lost, rolled back or damaged, the next run succeeds unattended.
@Suite struct LossyStateTests {
    private static let isWhole =
        ProcessInfo.processInfo.environment["HYBRIDREP_TORTURE"].flatMap { Int($0) } ?? 0 > 0

    /// A file that changes from run to run, and a host that forgets.
    private final class Host {
        let site: Site
        var random: SeededGenerator
        private(set) var history: [[UInt8]] = []
        private var bytes: [UInt8]
        /// What the state's and the spool's small files were after earlier runs.
        private var snapshots: [[String: Data]] = []

        init(seed: UInt64) throws {
            random = SeededGenerator(seed: seed)
            bytes = random.bytes(120_000)
            let scratch = try Site()
            site = scratch
            try scratch.configure(
                source: "file: \(scratch.path("dump"))",
                targets: ["vault": "directory: \(scratch.store)"])
            try scratch.expectGood("init", "vault")
        }

        /// What a host may lose: all of its state, and of the spool what describes images.
        private var files: [String] {
            get throws {
                let below = { (folder: String) in
                    FileManager.default.fileExists(atPath: folder)
                        ? try Site.tree(folder).keys.map { folder + "/" + $0 } : []
                }
                return try
                    (below(site.state)
                    + below(site.spool).filter { $0.hasSuffix(".sig") || $0.hasSuffix(".json") })
                    .sorted()
            }
        }

        func run(_ number: Int) throws {
            let start = Int.random(in: 0..<bytes.count - 500, using: &random)
            bytes.replaceSubrange(start..<start + 400, with: random.bytes(400))
            if number % 5 == 4 { bytes += random.bytes(3_000) }
            try Data(bytes).write(to: URL(fileURLWithPath: site.path("dump")))
            let result = try site.run("run", Site.job)
            #expect(result.status == 0, "run \(number): \(result.errorText)")
            if result.status == 0 { history.append(bytes) }
            snapshots.append(
                Dictionary(
                    uniqueKeysWithValues: try files.map {
                        ($0, try Data(contentsOf: URL(fileURLWithPath: $0)))
                    }))
        }

        /// Loses one to all of the files, in one way or several.
        func lose() throws {
            if Int.random(in: 0..<8, using: &random) == 0 { return try rollBack() }
            let files = try files
            let count = Bool.random(using: &random) ? 1 : Int.random(in: 1...files.count, using: &random)
            for path in files.shuffled(using: &random).prefix(count) {
                var content = try Data(contentsOf: URL(fileURLWithPath: path))
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    try FileManager.default.removeItem(atPath: path)
                    continue
                case 1: content = content.prefix(Int.random(in: 0...content.count, using: &random))
                case 2:
                    content = snapshots.randomElement(using: &random)?[path] ?? content
                default:
                    guard !content.isEmpty else { continue }
                    let place = content.startIndex + Int.random(in: 0..<content.count, using: &random)
                    content[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                try Data(content).write(to: URL(fileURLWithPath: path))
            }
        }

        /// Puts all of the state back to what it was after an earlier run, or takes it away.
        private func rollBack() throws {
            try FileManager.default.removeItem(atPath: site.state)
            guard Bool.random(using: &random), let old = snapshots.randomElement(using: &random) else {
                return
            }
            for (path, content) in old where path.hasPrefix(site.state) {
                let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try content.write(to: URL(fileURLWithPath: path))
            }
        }
    }

    // Goal of this test: no state of this host makes a wrong point, or a failure that needs a hand.
    @Test("state and signatures lost before every run", arguments: UInt64(0)..<4)
    func losses(seed: UInt64) throws {
        let host = try Host(seed: seed)
        for number in 0..<(Self.isWhole ? 125 : 8) {
            if number > 0 { try host.lose() }
            try host.run(number)
        }
        try host.site.expectGood("verify", Site.job, "--full")
        for (index, expected) in host.history.enumerated() {
            let target = host.site.path("restored-\(index + 1)")
            try host.site.expectGood("restore", Site.job, "\(index + 1)", "--to", target)
            #expect(FileManager.default.contents(atPath: target) == Data(expected), "point \(index + 1)")
        }
        // Once left alone, there is nothing to say.
        let next = try host.site.run("run", Site.job)
        #expect(next.status == 0)
        #expect(next.outputText + next.errorText == "")
    }
}
