internal import CLinux
internal import Glibc
internal import Synchronization

/// Finds processes that a program has started and left running, in any session or group.
///
/// All of it inherits a variable that nothing else has, which the kernel shows in `/proc`. Out of reach are programs that
/// have cleared or written over their environment, and those of another user.
struct OrphanProcesses: Sendable {
    private static let programs = Atomic<Int>(0)
    /// More than any environment that Linux gives a program.
    private static let maximumBytes = 8 << 20
    /// A program that starts another one between every two looks is let go.
    private static let mostLooks = 64
    /// The maximum time that the kernel needs to end one; longer only if a disk does not answer.
    private static let mostMilliseconds = 2_000

    /// The variable to start the program with.
    let variable: String

    init() {
        let number = Self.programs.wrappingAdd(1, ordering: .relaxed).newValue
        variable = "HYBRIDREP_PROGRAM_\(getpid())_\(number)"
    }

    /// Kills all of it.
    func end() {
        var ended: Set<Int32> = []
        for _ in 0..<Self.mostLooks {
            let names = (try? HostFileSystem().list("/proc")) ?? []
            let found = names.compactMap { Int32($0) }.filter { !ended.contains($0) && kill($0) }
            if found.isEmpty { return }
            ended.formUnion(found)
        }
    }

    /// Kills a process if it is one of them; the descriptor keeps its number from meaning another one meanwhile.
    private func kill(_ process: Int32) -> Bool {
        let descriptor = clinux_open_process(process)
        guard descriptor >= 0 else { return false }
        let owned = OwnedDescriptor(descriptor)
        guard hasVariable(process), clinux_kill(owned.number) == 0 else { return false }
        // The next code that removes its files must not meet it at work.
        _ = try? Readiness.wait(
            for: [.init(descriptor: owned.number)], milliseconds: Self.mostMilliseconds)
        return true
    }

    private func hasVariable(_ process: Int32) -> Bool {
        guard let file = try? HostFileSystem().open("/proc/\(process)/environ", .read) else { return false }
        var environment: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while environment.count < Self.maximumBytes {
            var span = buffer.mutableSpan
            guard let count = try? file.read(into: &span, at: environment.count), count > 0 else { break }
            environment.append(contentsOf: buffer[..<count])
        }
        let wanted = Array("\(variable)=".utf8)
        return environment.split(separator: 0).contains { $0.starts(with: wanted) }
    }
}
