/// What a short program printed: for questions to this host, as `crontab -l` answers them.
package struct ProgramOutput: Sendable {
    private static let maximumBytes = 4 << 20

    /// Its standard output, at most 4 MiB of it.
    package let text: String
    /// The last of what it wrote to stderr.
    package let stderr: String
    /// Nil when it has none, as after a signal.
    package let exitStatus: Int32?

    /// Runs a program to its end.
    ///
    /// - Parameter seconds: How long it may be silent, and how long it may take to end.
    package init(of arguments: [String], seconds: Int = 10) throws(SystemError) {
        let child = try ChildProcess(arguments, progressSeconds: seconds)
        child.closeInput()
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < Self.maximumBytes {
            var span = piece.mutableSpan
            let got = try child.read(into: &span)
            if got == 0 { break }
            bytes.append(contentsOf: piece.prefix(got))
        }
        let end = child.finish()
        text = String(decoding: bytes.prefix(Self.maximumBytes), as: UTF8.self)
        stderr = end.stderr
        exitStatus = end.exitStatus
    }
}
