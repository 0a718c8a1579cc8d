import Foundation
import Platform
import TestSupport
import Testing

@Suite struct ChildProcessTests {
    private func output(of child: ChildProcess) throws -> [UInt8] {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            var span = piece.mutableSpan
            let got = try child.read(into: &span)
            if got == 0 { return all }
            all.append(copying: piece.span.extracting(0..<got))
        }
    }

    @Test func aSourceIsReadToItsEnd() throws {
        let child = try ChildProcess(shell: "head -c 1000000 /dev/zero; echo done >&2; exit 4")
        child.closeInput()
        #expect(try output(of: child) == [UInt8](repeating: 0, count: 1_000_000))
        #expect(child.finish() == ChildEnd(status: .exited(4), stderr: "done\n"))
    }

    @Test func argumentsArePassedAsTheyAre() throws {
        let child = try ChildProcess(["printf", "%s|", "a b", "$HOME", ""])
        #expect(try output(of: child) == Array("a b|$HOME||".utf8))
        #expect(child.finish().exitStatus == 0)
    }

    @Test func aSignalIsReported() throws {
        let child = try ChildProcess(shell: "kill -TERM $$")
        #expect(try output(of: child).isEmpty)
        #expect(child.finish() == ChildEnd(status: .signalled(15), stderr: ""))
    }

    @Test(arguments: ["hybridrep-no-such-program", "/nonexistent/program"])
    func aProgramThatIsNotThereIsNamed(name: String) {
        let error = #expect(throws: SystemError.self) { _ = try ChildProcess([name]) }
        #expect(error?.description == "start \(name): No such file or directory")
    }

    @Test func noProgramIsAnError() {
        #expect(throws: SystemError.self) { _ = try ChildProcess([]) }
    }

    @Test func aBrokenPipeIsTheProgramsProblemAsUsual() throws {
        // Ignored here, and back to normal there: `yes` ends by the signal, quietly.
        ignoreBrokenPipes()
        let child = try ChildProcess(shell: "yes | head -c 2; exit 3")
        #expect(try output(of: child) == Array("y\n".utf8))
        #expect(child.finish() == ChildEnd(status: .exited(3), stderr: ""))
    }

    @Test func silenceIsAnErrorAfterTheLimit() throws {
        let child = try ChildProcess(["sleep", "60"], progressSeconds: 1)
        let error = #expect(throws: SystemError.self) { _ = try output(of: child) }
        #expect(error?.description == "read sleep: Connection timed out")
        #expect(child.finish(within: 0) == ChildEnd(status: .signalled(15), stderr: ""))
    }

    @Test func anAbandonedProgramIsEndedWithWhatItStarted() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "child-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let marker = folder.appendingPathComponent("ended").path
        var child: ChildProcess? = try ChildProcess(
            shell: """
                trap 'touch \(marker); exit' TERM
                sleep 60 &
                while [ "$(cat /proc/$!/comm)" != sleep ]; do :; done
                echo $!
                wait
                """)
        var piece = [UInt8](repeating: 0, count: 16)
        var span = piece.mutableSpan
        let got = try #require(try child?.read(into: &span))
        let sleeper = String(decoding: piece.prefix(got), as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
        child = nil
        #expect(FileManager.default.fileExists(atPath: marker))
        // Signalled, and gone as soon as the kernel has got round to it.
        var isGone = false
        for _ in 0..<500 where !isGone {
            let state = try? String(contentsOfFile: "/proc/\(sleeper)/stat", encoding: .utf8)
            isGone = state?.contains(") Z ") ?? true
            if !isGone { Thread.sleep(forTimeInterval: 0.01) }
        }
        #expect(isGone)
    }

    @Test func controlCharactersOfAStrangerDoNotReachTheTerminal() throws {
        let child = try ChildProcess(shell: "printf '\\033[31mred\\n' >&2")
        #expect(child.finish().stderr == "?[31mred\n")
    }

    @Test func onlyTheLastOfStderrIsKept() throws {
        let child = try ChildProcess(shell: "head -c 200000 /dev/zero | tr '\\0' a >&2; echo end >&2")
        let kept = child.finish().stderr
        #expect(kept.utf8.count == 64 << 10)
        #expect(kept.hasSuffix("aend\n"))
    }

    @Test(arguments: [
        ("Permission denied (publickey).", TransportError.Kind.authentication),
        ("Host key verification failed.", .authentication),
        ("connect to host x port 1: Connection refused", .connect),
    ]) func theClientsOwnFailuresAreTold(text: String, kind: TransportError.Kind) throws {
        let transport = try ProcessTransport(
            command: "/bin/sh -c 'echo \"\(text)\" >&2; exit 255'",
            destination: SSHDestination(parsing: "far"),
            remote: "hybridrep serve")
        var byte: [UInt8] = [0]
        let error = #expect(throws: TransportError.self) {
            var span = byte.mutableSpan
            _ = try transport.read(into: &span)
        }
        #expect(error?.kind == kind)
        #expect(error?.detail == text)
        #expect(transport.finish().status == 255)
    }
}
