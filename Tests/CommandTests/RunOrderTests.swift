import Foundation
import TestSupport
import Testing

/// Several jobs in one run.
@Suite struct RunOrderTests {
    /// Jobs of a priority each, or none; what they read says in a file that they were run.
    private func scratch(_ jobs: KeyValuePairs<String, Int?>) throws -> (Scratch, String) {
        let scratch = try Scratch()
        var lines = ["state: \(scratch.folder)/state", "jobs:"]
        for (name, priority) in jobs {
            lines += [
                "  \(name):", "    source: {command: echo \(name) | tee -a \(scratch.folder)/order}",
                "    targets: [t]",
            ]
            if let priority { lines.append("    priority: \(priority)") }
        }
        lines += ["  piped: {source: {stdin: true}, targets: [t], priority: 100}"]
        lines += ["targets: {t: {directory: \(scratch.folder)/store}}", ""]
        let path = try scratch.write(lines.joined(separator: "\n"))
        let result = try scratch.hybridrep(["init", "t", "--config", path])
        #expect(result.status == 0, "\(result.errorText)")
        return (scratch, path)
    }

    private func order(_ scratch: Scratch) throws -> [String] {
        try String(contentsOfFile: scratch.folder + "/order", encoding: .utf8).split(separator: "\n").map(
            String.init)
    }

    // Goal of this test: what matters most is safe first, however long the rest takes.
    @Test func jobsOfAHigherPriorityComeFirst() throws {
        let (scratch, path) = try scratch(["low": 10, "plain": nil, "other": nil, "high": 90])
        let all = try scratch.hybridrep(["run", "--all", "--config", path])
        #expect(all.status == 0, "\(all.errorText)")
        #expect(try order(scratch) == ["high", "plain", "other", "low"])
        try FileManager.default.removeItem(atPath: scratch.folder + "/order")
        let named = try scratch.hybridrep(["run", "low", "other", "plain", "high", "--config", path])
        #expect(named.status == 0, "\(named.errorText)")
        #expect(try order(scratch) == ["high", "other", "plain", "low"])
    }

    @Test func aJobThatFailsStopsNoOther() throws {
        let (scratch, path) = try scratch(["low": 10, "high": 90])
        try Data(
            String(contentsOfFile: path, encoding: .utf8).replacingOccurrences(
                of: "echo high |", with: "false |"
            ).utf8
        ).write(to: URL(fileURLWithPath: path))
        let result = try scratch.hybridrep(["run", "--all", "--config", path])
        #expect(result.status == 20, "\(result.errorText)")
        #expect(try order(scratch).last == "low")
        for words in [["run"], ["run", "--all", "low"]] {
            let refused = try scratch.hybridrep(words + ["--config", path])
            #expect(refused.status == 2)
            #expect(refused.errorText.contains("give jobs, or --all for every one"))
        }
    }

    @Test func whereNoJobRunsByItselfAllOfThemAreNone() throws {
        let (scratch, path) = try scratch([:])
        let result = try scratch.hybridrep(["run", "--all", "--config", path])
        #expect(result.status == 2)
        #expect(
            result.errorText.contains(
                "run --all: FAILED (2) every job reads standard input, none runs by itself"))
    }
}
