internal import Glibc
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// A started program and how it ended: the piece that spawns and reaps, without any of its streams.
///
/// The program leads a process group of its own, so that what it started can be ended with it.
final class RunningProgram: Sendable {
    private enum State {
        case starting
        case running(pid_t)
        case failed(SystemError)
        case ended(ChildEnd.Status)
    }

    private let state = Mutex(State.starting)
    /// One byte when the program runs; its end when the program has ended or could not be started.
    private let news: OwnedDescriptor

    /// Starts `arguments[0]` (searched in `PATH` without a `/` in it) on three descriptors, which stay the caller's.
    init(_ arguments: [String], input: Int32, output: Int32, errors: Int32) throws(SystemError) {
        guard let name = arguments.first, !name.isEmpty else {
            throw SystemError(call: "start", path: "", code: EINVAL)
        }
        let (news, reporter) = try OwnedDescriptor.pipe()
        self.news = news
        var configuration = Configuration(
            executable: name.contains("/") ? .path(FilePath(name)) : .name(name),
            arguments: Arguments(Array(arguments.dropFirst())))
        configuration.platformOptions.processGroupID = 0
        Task(executorPreference: ProgramExecutor.shared) { [configuration] in
            await self.run(configuration, input: input, output: output, errors: errors, reporter: reporter)
        }
        // Always answered: `run` ends, and with it the last reference to `reporter`.
        var byte: [UInt8] = [0]
        var span = byte.mutableSpan
        _ = try news.read(into: &span)
        if case .failed(let error) = state.withLock({ $0 }) {
            throw SystemError(call: "start", path: name, code: error.code)
        }
    }

    private func run(
        _ configuration: Configuration, input: Int32, output: Int32, errors: Int32, reporter: OwnedDescriptor
    ) async {
        let end: State
        do {
            let result = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: false),
                output: .fileDescriptor(FileDescriptor(rawValue: output), closeAfterSpawningProcess: false),
                error: .fileDescriptor(FileDescriptor(rawValue: errors), closeAfterSpawningProcess: false)
            ) { execution in
                let pid = execution.processIdentifier.value
                state.withLock { $0 = .running(pid) }
                // Cannot fail: the reader of this pipe is waiting for the byte.
                _ = try? reporter.write([1].span)
            }
            end =
                switch result.terminationStatus {
                case .exited(let code): .ended(.exited(code))
                case .signaled(let number): .ended(.signalled(number))
                }
        } catch {
            end = state.withLock { current in
                // Started, but its end could not be observed.
                if case .running = current { return .ended(.unknown) }
                return .failed(SystemError(call: "start", path: "", code: Self.code(of: error)))
            }
        }
        state.withLock { $0 = end }
    }

    private static func code(of error: any Error) -> Int32 {
        guard let error = error as? SubprocessError else { return EIO }
        return error.underlyingError?.rawValue ?? (error.code == .executableNotFound ? ENOENT : EIO)
    }

    /// Becomes readable when the program has ended.
    var descriptor: Int32 { news.number }

    /// How it ended; nil while it runs.
    var status: ChildEnd.Status? {
        if case .ended(let status) = state.withLock({ $0 }) { return status }
        return nil
    }

    /// Waits until it has ended; false when `milliseconds` (nil: for ever) have passed.
    func wait(milliseconds: Int?) -> Bool {
        let ready = try? Readiness.wait(for: [.init(descriptor: descriptor)], milliseconds: milliseconds)
        return ready?.first == true
    }

    /// Sends a signal to the program and all it started; nothing when it has ended.
    func send(signal number: Int32) {
        state.withLock { current in
            if case .running(let pid) = current { _ = kill(-pid, number) }
        }
    }
}
