import BackupStream
import ESE
import Platform
import TestSupport
import Testing

/// A backup that is told to end, whatever it reads, ends at once and leaves nothing.
@Suite struct InterruptionTests {
    let bench: Bench
    init() throws { bench = try Bench() }

    /// Runs a backup that is told to end when it asks for the `count`th time.
    private func interrupt(
        _ source: SourceSpecification, at count: Int, input: GivenInput? = nil
    ) throws {
        var asked = 0
        let backup = bench.maker(source, input: input) { () throws(BackupError) in
            asked += 1
            if asked == count { throw .interrupted }
        }
        #expect(throws: BackupError.interrupted) { _ = try backup.run() }
        #expect(asked == count)
        #expect(try bench.spooled() == [])
    }

    @Test("a set", arguments: [1, 3]) func set(count: Int) throws {
        try ESESet(size: .kib8).write(to: bench.path("set"))
        try interrupt(.ese(path: bench.path("set"), logs: nil), at: count)
    }

    @Test("a file", arguments: [1, 2, 5]) func file(count: Int) throws {
        let path = try bench.write([UInt8](repeating: 7, count: 5 * 262_144), to: "dump")
        try interrupt(.file(path), at: count)
    }

    @Test("a stream that goes on", arguments: [1, 3]) func stream(count: Int) throws {
        try interrupt(.stdin, at: count, input: GivenInput([UInt8](repeating: 7, count: 5 * 262_144)))
    }

    @Test("a stream of which nothing comes any more") func silence() throws {
        try interrupt(.stdin, at: 4, input: GivenInput([1, 2, 3], hangsAtEnd: true))
    }

    // Whoever started a program ends it.
    @Test(
        "a command that says nothing, and one that has closed its output",
        arguments: ["exec sleep 1000", "exec >&-; exec sleep 1000"])
    func command(text: String) throws {
        try interrupt(.command("echo $$ > \(bench.path("pid")); \(text)"), at: 3)
        let pid = String(decoding: try bench.read(bench.path("pid")), as: UTF8.self)
        // Nothing runs any more, though it may not have been reaped yet.
        #expect(try bench.files.status("/proc/\(pid.dropLast())/exe") == nil)
    }
}
