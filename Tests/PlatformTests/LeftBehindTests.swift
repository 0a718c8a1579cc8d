import Platform
import TestSupport
import Testing

/// What a program leaves when it ends: other programs, and folders.
@Suite struct LeftBehindTests {
    private func run(_ line: String, within seconds: Int = 60) throws -> WatchedProgram {
        try WatchedProgram(
            ["/bin/sh", "-c", line], deadlineSeconds: seconds, heedsInterruption: false, leavesNothing: true)
    }

    @Test func aProgramThatTakesTooLongIsEndedWithItsChildren() throws {
        let hung = try run("echo $$; (trap '' TERM; tail -f /dev/null) & tail -f /dev/null", within: 1)
        #expect(hung.end == .late)
        #expect(try Self.members(ofGroup: hung.lastWords) == [])
    }

    @Test func whatItLeftRunningEndsWithIt() throws {
        let left = try run("echo $$; tail -f /dev/null & exit 0")
        #expect(left.end == .exited(0))
        #expect(try Self.members(ofGroup: left.lastWords) == [])
    }

    @Test func whatHasASessionOfItsOwnEndsWithIt() throws {
        let left = try run("echo $(setsid sh -c 'echo $$; exec tail -f /dev/null >/dev/null' &); exit 3")
        let other = try #require(Int32(left.lastWords))
        #expect(left.end == .exited(3))
        #expect(try Self.members(ofGroup: "\(other)") == [])
    }

    @Test func theProgramsOfAnotherStay() throws {
        let other = try ChildProcess(["tail", "-f", "/dev/null"], leavesNothing: true)
        #expect(try run("exit 0").end == .exited(0))
        #expect(other.status(withinMilliseconds: 0) == nil)
        other.terminate()
    }

    /// Processes of a group that still run; those that wait to be reaped by init have ended.
    private static func members(ofGroup group: String) throws -> [String] {
        let found = try Command.run(["ps", "-eo", "pgid=,stat=,args="]).outputText.split(separator: "\n")
        return found.filter { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            return words.count > 1 && words[0] == group && !words[1].hasPrefix("Z")
        }.map(String.init)
    }

    @Test func aTreeIsRemovedAndWhatItLinksToStays() throws {
        let folder = try TemporaryFolder()
        let files = HostFileSystem()
        let (tree, other) = (folder.path + "/tree", folder.path + "/other")
        for path in [tree, tree + "/a", tree + "/a/b", other] { try files.makeFolder(path) }
        for path in [tree + "/1", tree + "/a/b/2", other + "/kept"] { _ = try files.open(path, .create) }
        #expect(try Command.run(["ln", "-s", other, tree + "/a/link"]).status == 0)
        try files.removeTree(tree)
        #expect(try files.status(tree) == nil)
        #expect(try files.list(other) == ["kept"])
        try files.removeTree(tree)
    }
}
