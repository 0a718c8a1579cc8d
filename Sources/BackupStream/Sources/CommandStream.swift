internal import Platform

/// What a command writes to its standard output; good only when it then exits with status 0.
final class CommandStream: ByteStream {
    private let child: ChildProcess
    /// How much of stderr an error repeats.
    private static let quotedLines = 3
    private static let quotedCharacters = 500

    init(_ text: String) throws(BackupError) {
        do throws(SystemError) { child = try ChildProcess(shell: text) } catch { throw .source(error) }
        child.closeInput()
    }

    func fill(_ target: inout MutableSpan<UInt8>) throws(BackupError) -> Int {
        var done = 0
        while done < target.count {
            var rest = target._mutatingExtracting(done..<target.count)
            let got: Int
            do throws(SystemError) { got = try child.read(into: &rest) } catch { throw .source(error) }
            if got == 0 { break }
            done += got
        }
        return done
    }

    func finish() throws(BackupError) {
        let end = child.finish()
        let how: String
        switch end.status {
        case .exited(0): return
        case .exited(let code): how = "exited with status \(code)"
        case .signalled(let number): how = "was ended by signal \(number)"
        case .unknown: how = "ended, how is not known"
        }
        let said = Self.lastLines(end.stderr)
        throw BackupError(.sourceFailed, "run command: it \(how)\(said.isEmpty ? "" : ": \(said)")")
    }

    private static func lastLines(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).suffix(quotedLines)
        return String(lines.joined(separator: " | ").suffix(quotedCharacters))
    }
}
