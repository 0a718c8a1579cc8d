internal import Glibc
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// A started program and how it ended: the piece that spawns and reaps, without any of its streams.
///
/// The program leads a process group of its own, so that what it started can be ended with it. Whoever waits
/// sees its end on its process descriptor and takes its status; the task that started it only reaps it
/// afterwards. So no caller waits for a thread of Swift's shared pool, all of which may be waiting here.
final class RunningProgram: Sendable {
    private enum State {
        case starting
        case failed(Int32)
        /// Not reaped, so the number is its own, until the task is resumed.
        case running(pid_t, OwnedDescriptor, CheckedContinuation<Void, Never>)
        case ended(ChildEnd.Status)
    }

    private let state = Mutex(State.starting)
    /// Finds the program's own children, which are ended with it; nil if they may stay.
    private let leftovers: OrphanProcesses?

    /// Starts `arguments[0]` (searched in `PATH` without a `/` in it) on three descriptors, which stay the caller's.
    init(
        _ arguments: [String], environment: [String: String], input: Int32, output: Int32, errors: Int32,
        leavesNothing: Bool
    ) throws(SystemError) {
        leftovers = leavesNothing ? OrphanProcesses() : nil
        guard let name = arguments.first, !name.isEmpty else {
            throw SystemError(call: "start", path: "", code: EINVAL)
        }
        let (answer, reporter) = try OwnedDescriptor.pipe()
        var environment = environment
        if let leftovers { environment[leftovers.variable] = "1" }
        var configuration = Configuration(
            executable: name.contains("/") ? .path(FilePath(name)) : .name(name),
            arguments: Arguments(Array(arguments.dropFirst())),
            environment: .inherit.updating(Self.variables(environment)))
        configuration.platformOptions.processGroupID = 0
        Task(executorPreference: ProgramExecutor.shared) { [configuration] in
            await self.run(configuration, input: input, output: output, errors: errors, reporter: reporter)
        }
        // One byte, whether it could be started or not.
        var byte: [UInt8] = [0]
        var span = byte.mutableSpan
        _ = try answer.read(into: &span)
        if case .failed(let code) = state.withLock({ $0 }) {
            throw SystemError(call: "start", path: name, code: code)
        }
    }

    private static func variables(_ environment: [String: String]) -> [Environment.Key: String?] {
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = .some(value) }
        return variables
    }

    private func run(
        _ configuration: Configuration, input: Int32, output: Int32, errors: Int32, reporter: OwnedDescriptor
    ) async {
        do {
            _ = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: false),
                output: .fileDescriptor(FileDescriptor(rawValue: output), closeAfterSpawningProcess: false),
                error: .fileDescriptor(FileDescriptor(rawValue: errors), closeAfterSpawningProcess: false)
            ) { execution in
                let id = execution.processIdentifier
                let descriptor = fcntl(id.processDescriptor, F_DUPFD_CLOEXEC, 3)
                guard descriptor >= 0 else {
                    // A kernel before 5.4, or no descriptor left.
                    _ = kill(-id.value, SIGKILL)
                    return report(.failed(errno), to: reporter)
                }
                await withCheckedContinuation { continuation in
                    report(.running(id.value, OwnedDescriptor(descriptor), continuation), to: reporter)
                }
            }
        } catch {
            // Later errors concern the reaping of a program whose status is known.
            if case .starting = state.withLock({ $0 }) {
                report(.failed(Self.code(of: error)), to: reporter)
            }
        }
    }

    private func report(_ news: State, to reporter: OwnedDescriptor) {
        state.withLock { $0 = news }
        // Cannot fail: the other end is waiting for this byte.
        _ = try? reporter.write([1].span)
    }

    private static func code(of error: any Error) -> Int32 {
        guard let error = error as? SubprocessError else { return EIO }
        return error.underlyingError?.rawValue ?? (error.code == .executableNotFound ? ENOENT : EIO)
    }

    /// Becomes readable when the program has ended; nil when its status has been taken.
    var descriptor: OwnedDescriptor? {
        if case .running(_, let descriptor, _) = state.withLock({ $0 }) { return descriptor }
        return nil
    }

    /// How it ended; nil while it runs.
    var status: ChildEnd.Status? {
        state.withLock { current in
            guard case .running(let pid, _, let continuation) = current else {
                if case .ended(let status) = current { return status }
                return .unknown
            }
            var info = unsafe siginfo_t()
            let result = unsafe waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG)
            let status: ChildEnd.Status
            if result != 0 {
                status = .unknown
            } else if unsafe info._sifields._sigchld.si_pid == 0 {
                return nil
            } else {
                let value = unsafe info._sifields._sigchld.si_status
                status = unsafe info.si_code == CLD_EXITED ? .exited(value) : .signalled(value)
            }
            // Not reaped yet, so the group's number is still its own.
            if let leftovers {
                _ = kill(-pid, SIGKILL)
                leftovers.end()
            }
            current = .ended(status)
            continuation.resume()
            return status
        }
    }

    /// Its number, as long as it runs.
    var processIdentifier: Int32? {
        if case .running(let pid, _, _) = state.withLock({ $0 }) { return pid }
        return nil
    }

    /// Gives up on a program that will not end; it is reaped when it does.
    func abandon() {
        state.withLock { current in
            guard case .running(_, _, let continuation) = current else { return }
            current = .ended(.unknown)
            continuation.resume()
        }
    }

    /// Sends a signal to the program and all it started; nothing when it has ended.
    func send(signal number: Int32) {
        state.withLock { current in
            if case .running(let pid, _, _) = current { _ = kill(-pid, number) }
        }
    }
}

/// The output of a short program that answers a question about this host, such as `crontab -l`.
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
