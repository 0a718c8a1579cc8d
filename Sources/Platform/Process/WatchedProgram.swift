/// A program that is run for what it does, as hooks and notifiers are: how it ended, and its last words.
package struct WatchedProgram: Sendable {
    package enum End: Equatable, Sendable {
        case exited(Int32)
        /// By a signal that was not ours, or in a way that could not be observed.
        case lost
        /// Ended by us, after its deadline.
        case late
        /// Ended by us, because this program was told to end.
        case interrupted
    }
    private static let pauseMilliseconds = 200

    package let end: End
    /// The last line that it printed, on either stream.
    package let lastWords: String

    /// Runs a program to its end, or to the deadline.
    ///
    /// Its output is discarded.
    ///
    /// - Parameters:
    ///   - input: Its standard input, shorter than a pipe is deep.
    ///   - environment: Variables it gets in addition to this program's own.
    ///   - heedsInterruption: Whether it is ended when this program is told to end.
    ///   - leavesNothing: Whether what it has started is killed when it ends, by itself or not.
    package init(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        deadlineSeconds: Int, heedsInterruption: Bool, leavesNothing: Bool = false
    ) throws(SystemError) {
        // One stream to drain, which is done while waiting for its end.
        let child = try ChildProcess(
            ["/bin/sh", "-c", #"exec "$@" >&2"#, "sh"] + arguments, environment: environment,
            progressSeconds: deadlineSeconds, leavesNothing: leavesNothing)
        // A program that does not read is no failure of this one.
        try? child.writeAll(input.span)
        child.closeInput()
        let deadline = Deadline(seconds: deadlineSeconds)
        var end: End?
        while end == nil {
            if let status = child.status(withinMilliseconds: Self.pauseMilliseconds) {
                if case .exited(let code) = status { end = .exited(code) } else { end = .lost }
            } else if deadline.hasPassed {
                end = .late
            } else if heedsInterruption, Interruption.cause != nil {
                end = .interrupted
            }
        }
        child.terminate()
        self.end = end ?? .lost
        lastWords = StderrTail.excerpt(of: child.stderr)
    }

    package var isGood: Bool { end == .exited(0) }
}

extension WatchedProgram: CustomStringConvertible {
    /// `status 3: disk is full`.
    package var description: String {
        let fate =
            switch end {
            case .exited(let code): "status \(code)"
            case .lost: "ended by a signal"
            case .late: "ended at its deadline"
            case .interrupted: "ended with this run"
            }
        return lastWords.isEmpty ? fate : "\(fate): \(lastWords)"
    }
}
