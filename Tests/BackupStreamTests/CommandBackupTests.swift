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
