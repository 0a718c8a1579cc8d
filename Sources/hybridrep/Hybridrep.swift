internal import ArgumentParser
internal import Platform

/// The program: its verbs, and the one place that turns errors into messages and exit codes.
@main struct Hybridrep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hybridrep",
        abstract: "Back up databases to a store at another site, shipping only the bytes that changed.",
        version: ToolVersion.current,
        subcommands: [
            RunCommand.self, BackupCommand.self, PushCommand.self, ListCommand.self, ShowCommand.self,
            DiffCommand.self, RestoreCommand.self, ApplyCommand.self, VerifyCommand.self,
            RehearseCommand.self,
            StatusCommand.self,
            ReportCommand.self, HistoryCommand.self,
            ReconcileCommand.self, CopyCommand.self, ExportSeedCommand.self, ImportSeedCommand.self,
            ForgetCommand.self, GcCommand.self, DropJobCommand.self,
            PinCommand.self, UnpinCommand.self, ReleaseCommand.self, SuspendCommand.self, ResumeCommand.self,
            InitCommand.self, AdoptCommand.self,
            DoctorCommand.self, RunbookCommand.self,
            ConfigCommand.self, ServeCommand.self,
            EseCommand.self,
            VersionCommand.self,
            ManualCommand.self,
        ])

    /// Declared here too, so that these options may stand before the verb.
    @OptionGroup var options: GlobalOptions

    static func main() {
        StandardStream.replaceMissing()
        StandardStream.survivePipesWithoutReader()
        let verdict = perform(Array(CommandLine.arguments.dropFirst()))
        exit(withError: ExitCode(verdict.rawValue))
    }

    private static func perform(_ arguments: [String]) -> ExitStatus {
        let command: any ParsableCommand
        do { command = try parseAsRoot(arguments) } catch { return explain(error) }
        if let command = command as? any ToolCommand { return perform(command) }
        let isGroup = !type(of: command).configuration.subcommands.isEmpty
        return isGroup ? explainMissingVerb(command) : runBuiltIn(command)
    }

    /// Runs what the argument parser brings itself, such as help; it answers by throwing.
    private static func runBuiltIn(_ command: any ParsableCommand) -> ExitStatus {
        var command = command
        do { try command.run() } catch { return explain(error) }
        return .good
    }

    private static func perform(_ command: any ToolCommand) -> ExitStatus {
        let session: CommandContext
        do throws(SystemError) { session = try CommandContext(command.options) } catch {
            print(error: "hybridrep: FAILED (\(ExitStatus.failure.rawValue)) \(error)")
            return .failure
        }
        // An agent has nothing to put in order: what it was sent is whole or is not there.
        if !(command is ServeCommand) { watch(command, session.console) }
        var verdict: ExitStatus
        do {
            verdict = try command.perform(session)
        } catch {
            let failure = CommandFailure(wrapping: error).typed(for: command.jobNamed, at: command.storeWords)
            session.console.failure(failure, of: command.subject)
            verdict = failure.verdict
        }
        session.console.endProgress()
        // A result that did not reach its file must not pass for one that did.
        if let error = session.console.outputFailure, verdict == .good {
            let failure = CommandFailure(error)
            session.console.failure(failure, of: command.subject)
            verdict = failure.verdict
        }
        return verdict
    }

    /// Has the command end when it is told to, or its deadline has passed.
    private static func watch(_ command: any ToolCommand, _ console: Console) {
        let subject = command.subject
        Interruption.watch(graceMilliseconds: 4_000) { cause in
            let why = cause == .deadline ? "its deadline had passed" : "a signal"
            let failure = CommandFailure(
                ExitStatus(cause), "ended by force, because it did not end by itself after \(why)",
                hint: "run it again: committed points are complete, and nothing is half done")
            console.failure(failure, of: subject)
            return failure.verdict.rawValue
        }
        if let deadline = command.options.deadline { Interruption.want(afterSeconds: deadline.seconds) }
    }

    /// Prints help, the version, or what is wrong with the arguments.
    private static func explain(_ error: any Error) -> ExitStatus {
        let text = fullMessage(for: error)
        guard exitCode(for: error) != .success else {
            // The reader of a help page may go before its end; nothing is lost.
            try? StandardStream.output.write(Array((text + "\n").utf8).span)
            return .good
        }
        let prefix = "Error: "
        let message = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
        print(error: "hybridrep: FAILED (\(ExitStatus.usage.rawValue)) \(message)")
        return .usage
    }

    /// A command that only groups others was given none of them: help, but never success.
    private static func explainMissingVerb(_ command: any ParsableCommand) -> ExitStatus {
        print(error: helpMessage(for: type(of: command)))
        return .usage
    }

    /// Writes to standard error before there is a ``Console``.
    private static func print(error text: String) {
        let safe = TerminalText.escape(text, keepingNewlines: true)
        try? StandardStream.errors.write(Array((safe + "\n").utf8).span)
    }
}
