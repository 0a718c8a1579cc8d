internal import Platform

/// Bytes that are read once, from the first to the last.
protocol ByteStream: AnyObject {
    /// Fills `target` and returns its length; less only at the end, 0 from then on.
    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int

    /// To be called once after the last byte: says whether what was read is all there is, and unchanged.
    func finish() throws(BackupError)

    /// Warnings about a stream that ended well.
    var warnings: [String] { get }

    /// The file behind it where any part of it may be read at any time.
    var seekable: WatchedFile? { get }
}

extension ByteStream {
    var seekable: WatchedFile? { nil }
    var warnings: [String] { [] }

    func fill(_ buffer: inout [UInt8]) throws(BackupError) -> Int {
        var target = buffer.mutableSpan
        return try fill(&target)
    }
}

/// Reads piped input to its end, which alone does not verify that it is complete.
final class PipedStream: ByteStream {
    /// How long it waits for its next bytes before it asks whether to go on.
    static let patienceMilliseconds = 500

    private let input: any ByteInput
    private let pulse: ReadPulse

    init(_ input: any ByteInput, _ pulse: @escaping ReadPulse) {
        self.input = input
        self.pulse = pulse
    }

    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int {
        var done = 0
        while done < target.count {
            try pulse()
            let got: Int
            do throws(SystemError) {
                guard try input.wait(milliseconds: Self.patienceMilliseconds) else { continue }
                var rest = target._mutatingExtracting(done..<target.count)
                got = try input.read(into: &rest)
            } catch { throw .source(error) }
            if got == 0 { break }
            done += got
        }
        return done
    }

    func finish() {}
}

/// Reads the standard output of a command; it is good only if the command exits with status 0.
final class CommandStream: ByteStream {
    private let child: ChildProcess
    private let output: PipedStream
    private let pulse: ReadPulse
    /// The command's standard error although it ended well: the exit status of `a | b` hides a failure of `a`.
    private(set) var warnings: [String] = []
    /// How much of stderr an error repeats.
    private static let quotedLines = 3
    private static let quotedCharacters = 500

    init(_ text: String, _ pulse: @escaping ReadPulse) throws(BackupError) {
        do throws(SystemError) { child = try ChildProcess(shell: text) } catch { throw .source(error) }
        child.closeInput()
        output = PipedStream(child, pulse)
        self.pulse = pulse
    }

    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int { try output.fill(&target) }

    func finish() throws(BackupError) {
        // It may close its output long before it ends.
        while child.status(withinMilliseconds: PipedStream.patienceMilliseconds) == nil { try pulse() }
        let end = child.finish()
        let said = Self.lastLines(end.stderr)
        let how: String
        switch end.status {
        case .exited(0):
            if !said.isEmpty { warnings = ["the command wrote to standard error: \(said)"] }
            return
        case .exited(let code): how = "exited with status \(code)"
        case .signalled(let number): how = "was ended by signal \(number)"
        case .unknown: how = "ended, how is not known"
        }
        throw BackupError(.sourceFailed, "run command: it \(how)\(said.isEmpty ? "" : ": \(said)")")
    }

    private static func lastLines(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
            .suffix(quotedLines)
        return PrintableText.of(String(lines.joined(separator: " | ").suffix(quotedCharacters)), limit: .max)
    }
}
