package import Platform
package import Restore

/// The user's own proof: a command that is run on what was restored.
package struct RehearsalCommand: Equatable, Sendable {
    /// The placeholder for the restored folder or file.
    package static let placeholder = "{}"

    private enum Form: Equatable { case shell(String), words([String]) }
    private let form: Form

    /// A line for `/bin/sh -c`; nil when it does not name the restored data, which it then could not have tried.
    package init?(shell line: String) {
        guard line.contains(Self.placeholder) else { return nil }
        form = .shell(line)
    }

    /// Program and arguments, started without a shell; nil when no argument names the restored data.
    package init?(words: [String]) {
        guard words.dropFirst().contains(where: { $0.contains(Self.placeholder) }) else { return nil }
        form = .words(words)
    }

    /// The words to start it with.
    ///
    /// In a line for the shell the path is quoted where it must be.
    package func arguments(for path: String) -> [String] {
        switch form {
        case .shell: ["/bin/sh", "-c", text(for: path)]
        case .words(let words): words.map { $0.replacing(Self.placeholder, with: path) }
        }
    }

    /// As one could type it.
    package func text(for path: String) -> String {
        switch form {
        case .shell(let line): line.replacing(Self.placeholder, with: ShellQuote.posix(path))
        case .words: ShellQuote.posix(arguments(for: path))
        }
    }

    /// The program, if it can be told before anything is fetched that it is not there.
    ///
    /// - Parameter searched: `PATH`.
    package func missingProgram(in files: any FileSystem, searched: String?) -> String? {
        guard case .words(let words) = form, let program = words.first else { return nil }
        let candidates =
            program.contains("/")
            ? [program]
            : (searched ?? "").split(separator: ":").map { PathText.path(of: program, in: String($0)) }
        let isThere = candidates.contains { ((try? files.status($0)) ?? nil)?.kind == .regular }
        return isThere || candidates.isEmpty ? nil : program
    }

    /// Runs it on the restored data; what it has started ends with it.
    ///
    /// - Throws: `interrupted` when this program was told to end, and the command with it.
    package func run(
        on path: String, within seconds: Int, clock: any Clock
    ) throws(SyncError) -> RehearsalEvidence.Command {
        var result = RehearsalEvidence.Command(line: text(for: path))
        let start = clock.monotonicNanoseconds
        let run: WatchedProgram
        do throws(SystemError) {
            run = try WatchedProgram(
                arguments(for: path), deadlineSeconds: seconds, heedsInterruption: true, leavesNothing: true)
        } catch {
            result.said = error.description
            return result
        }
        result.seconds = Double((clock.monotonicNanoseconds - start) / 1_000_000) / 1000
        result.said = run.lastWords
        switch run.end {
        case .exited(let code):
            // What the shell, and every program that starts others, says of one that it could not start.
            result.end = code == 126 || code == 127 ? .notStarted : code == 0 ? .good : .failed
            result.exitStatus = Int(code)
        case .lost: result.end = .failed
        case .late: result.end = .tookTooLong
        case .interrupted: throw .interrupted
        }
        return result
    }
}
