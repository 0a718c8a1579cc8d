internal import Glibc

/// How a program ended.
package struct ChildEnd: Equatable, Sendable {
    package enum Status: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// Not known: it would not end, or could not be observed.
        case unknown
    }
    package let status: Status
    /// The last 64 KiB of what it wrote to stderr.
    package let stderr: String

    package init(status: Status, stderr: String) {
        self.status = status
        self.stderr = stderr
    }

    /// The exit status, or nil when there is none.
    package var exitStatus: Int32? {
        if case .exited(let code) = status { return code }
        return nil
    }
}

/// A program with pipes on its three streams, read and written with blocking calls that keep a deadline.
///
/// One owner at a time. Its stderr is drained while any call waits, so it cannot block on that. Without
/// `finish()` the program, and whatever it started, is ended with this object.
///
/// Errors are `SystemError`s: `EPIPE` when the program no longer reads, `ETIMEDOUT` after `progressSeconds`
/// without a byte moved, and what the system says when it cannot be started.
package final class ChildProcess: ByteInput {
    /// How long a program may take to end after SIGTERM.
    private static let terminationMilliseconds = 2_000

    private let program: RunningProgram
    private let name: String
    private let progressSeconds: Int?
    private var input: OwnedDescriptor?
    private var output: OwnedDescriptor?
    private var errors: OwnedDescriptor?
    private var tail = StderrTail()
    private var buffer = [UInt8](repeating: 0, count: 16 << 10)
    private var end: ChildEnd?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: The program (searched in `PATH` when it has no `/`) and what it is given.
    ///   - environment: Variables it gets in addition to this program's own.
    ///   - progressSeconds: Longest wait without a byte moved; nil for no limit.
    ///   - leavesNothing: Whether what it has started is killed when it ends, by itself or not.
    package init(
        _ arguments: [String], environment: [String: String] = [:], progressSeconds: Int? = nil,
        leavesNothing: Bool = false
    ) throws(SystemError) {
        ignoreBrokenPipes()
        let input = try OwnedDescriptor.pipe()
        let output = try OwnedDescriptor.pipe()
        let errors = try OwnedDescriptor.pipe()
        for ours in [input.write, output.read, errors.read] { try ours.setNonBlocking() }
        program = try RunningProgram(
            arguments, environment: environment, input: input.read.number, output: output.write.number,
            errors: errors.write.number, leavesNothing: leavesNothing)
        withExtendedLifetime((input.read, output.write, errors.write)) {}
        self.name = arguments.first ?? ""
        self.progressSeconds = progressSeconds
        self.input = input.write
        self.output = output.read
        self.errors = errors.read
    }

    /// Starts `/bin/sh -c TEXT`.
    package convenience init(shell text: String, progressSeconds: Int? = nil) throws(SystemError) {
        try self.init(["/bin/sh", "-c", text], progressSeconds: progressSeconds)
    }

    deinit {
        if end == nil { terminate() }
    }

    /// Writes every byte to the program's stdin.
    package func writeAll(_ bytes: Span<UInt8>) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            guard let input else { throw SystemError(call: "write", path: name, code: EPIPE) }
            let written: Int
            do throws(SystemError) { written = try input.write(bytes.extracting(droppingFirst: done)) } catch
            {
                throw SystemError(call: error.call, path: name, code: error.code)
            }
            done += written
            if written == 0 {
                try wait(.init(descriptor: input.number, reading: false, writing: true), "write")
            }
        }
    }

    /// Reads between 1 and `target.count` bytes of the program's stdout; 0 at its end.
    package func read(into target: inout MutableSpan<UInt8>) throws(SystemError) -> Int {
        guard !target.isEmpty, let output else { return 0 }
        while true {
            if let got = try output.read(into: &target) { return got }
            try wait(.init(descriptor: output.number), "read")
        }
    }

    package func wait(milliseconds: Int) throws(SystemError) -> Bool {
        guard let output else { return true }
        let deadline = Deadline(milliseconds: milliseconds)
        while try !drainErrors(orUntil: .init(descriptor: output.number), deadline) {
            if deadline.hasPassed { return false }
        }
        return true
    }

    /// Closes the program's stdin.
    package func closeInput() { input = nil }

    /// Closes its streams, waits for the program to end, and says how it ended.
    ///
    /// A program that does not end within `seconds` (nil: the progress limit) is terminated. Idempotent.
    package func finish(within seconds: Int? = nil) -> ChildEnd {
        if let end { return end }
        input = nil
        output = nil
        let deadline = Deadline(seconds: seconds ?? progressSeconds)
        while program.status == nil, !deadline.hasPassed {
            // A failing poll would fail again: the loop ends at the deadline, or by terminating the program.
            guard (try? drainErrors(orUntil: nil, deadline)) != nil else { break }
        }
        terminate()
        return end ?? ChildEnd(status: .unknown, stderr: tail.text)
    }

    /// Ends the program: SIGTERM, and SIGKILL if that is not enough; nothing to one that has ended.
    package func terminate() {
        if end != nil { return }
        input = nil
        output = nil
        for signal in [SIGTERM, SIGKILL] where program.status == nil {
            program.send(signal: signal)
            let deadline = Deadline(milliseconds: Self.terminationMilliseconds)
            while program.status == nil, !deadline.hasPassed {
                guard (try? drainErrors(orUntil: nil, deadline)) != nil else { break }
            }
        }
        takeErrors()
        errors = nil
        program.abandon()
        end = ChildEnd(status: program.status ?? .unknown, stderr: tail.text)
    }

    /// How it has ended, waiting at most `milliseconds` for that; its streams stay open.
    package func status(withinMilliseconds milliseconds: Int) -> ChildEnd.Status? {
        let deadline = Deadline(milliseconds: milliseconds)
        while program.status == nil, !deadline.hasPassed {
            guard (try? drainErrors(orUntil: nil, deadline)) != nil else { break }
        }
        takeErrors()
        return program.status
    }

    /// Its process number; nil when it is known to have ended.
    package var processIdentifier: Int32? { program.processIdentifier }

    /// The kept part of its stderr so far.
    package var stderr: String { tail.text }

    // MARK: waiting

    private func wait(_ wish: Readiness.Wish, _ call: String) throws(SystemError) {
        let deadline = Deadline(seconds: progressSeconds)
        while try !drainErrors(orUntil: wish, deadline) {
            if deadline.hasPassed { throw SystemError(call: call, path: name, code: ETIMEDOUT) }
        }
    }

    /// Waits once, for stderr, for `wish`, or for the program's end when there is no wish; true when that came.
    private func drainErrors(orUntil wish: Readiness.Wish?, _ deadline: Deadline) throws(SystemError) -> Bool
    {
        let end = program.descriptor
        guard let first = wish ?? end.map({ Readiness.Wish(descriptor: $0.number) }) else { return true }
        // `end` must not be closed while it is waited for.
        defer { withExtendedLifetime(end) {} }
        var wishes = [first]
        if let errors { wishes.append(.init(descriptor: errors.number)) }
        let ready = try Readiness.wait(for: wishes, milliseconds: deadline.remainingMilliseconds)
        if ready.count > 1, ready[1] { takeErrors() }
        return ready[0]
    }

    /// Takes what is there of stderr, without waiting.
    private func takeErrors() {
        // Bounded, so that a program that never stops complaining does not keep us here.
        for _ in 0..<64 {
            guard let errors else { return }
            var span = buffer.mutableSpan
            let got: Int?
            do throws(SystemError) { got = try errors.read(into: &span) } catch { got = 0 }
            guard let got else { return }
            if got == 0 {
                self.errors = nil
                return
            }
            tail.append(buffer.span.extracting(0..<got))
        }
    }
}
