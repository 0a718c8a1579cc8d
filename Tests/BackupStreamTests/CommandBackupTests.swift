import BackupStream
import ESE
import TestSupport
import Testing

/// One at a time: each blocks a thread until its command has ended.
@Suite(.serialized) struct CommandBackupTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    @Test func whatACommandPrintsIsTheImage() throws {
        let result = try bench.backup(.command("for i in 1 2 3; do echo line $i; done"))
        #expect(try bench.read(result.imagePath) == Array("line 1\nline 2\nline 3\n".utf8))
        #expect(result.manifest.source.label == "command")
    }

    @Test func aCommandThatFailsLeavesNothing() throws {
        let error = try bench.failure(of: .command("echo data; echo 'disk on fire' >&2; exit 3"))
        #expect(error.exitCode == 20)
        #expect(error.detail == "run command: it exited with status 3: disk on fire")
    }

    @Test(
        "what a command that ends well writes to standard error is a warning",
        arguments: [
            ("echo a >&2", ["the command wrote to standard error: a"]),
            ("echo a >&2; echo >&2; echo b >&2", ["the command wrote to standard error: a | b"]),
            (#"printf 'a\tb\n' >&2"#, [#"the command wrote to standard error: a\tb"#]),
            ("printf '\n \n' >&2", []),
        ])
    func warnings(_ command: String, _ expected: [String]) throws {
        let result = try bench.backup(.command("echo data; " + command))
        #expect(result.manifest.warnings == expected)
        #expect(result.manifest.summary.warnings == expected)
        #expect(result.health == .good)
    }

    @Test func muchOnStandardErrorIsCutToItsEnd() throws {
        let result = try bench.backup(
            .command("echo data; head -c 900000 /dev/zero | tr '\\0' x >&2; echo the end >&2"))
        let warning = try #require(result.manifest.warnings.first)
        #expect(warning.hasSuffix("xxxthe end"))
        #expect(warning.utf8.count < 600)
    }

    @Test func aBadPageInAPrintedDatabaseFails() throws {
        var bytes = ESEDatabase().bytes()
        bytes[8192 * 11 + 4000] ^= 0xFF
        let path = try bench.write(bytes, to: "mdb01.edb")
        let error = try bench.failure(of: .command("cat \(path)"))
        #expect(error.exitCode == 21)
        #expect(error.detail.hasPrefix("check command: 1 bad page: 10; page 10: checksum failed"))
    }

    @Test func aProducerThatFailsCountsBeforeItsBadPages() throws {
        var bytes = ESEDatabase().bytes()
        bytes[8192 * 11 + 4000] ^= 0xFF
        let path = try bench.write(bytes, to: "mdb01.edb")
        #expect(try bench.failure(of: .command("cat \(path); exit 9")).exitCode == 20)
    }
}
