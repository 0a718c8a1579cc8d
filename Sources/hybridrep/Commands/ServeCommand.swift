internal import ArgumentParser
internal import Logging
internal import OffsiteStore
internal import Platform

/// The agent: serves one store over standard input and output, normally as the forced command of a key.
struct ServeCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a store over standard input and output: the far end of a push.",
        discussion: HelpExamples.text([
            "serve --store /srv/hybridrep": "What a key's line in authorized_keys starts."
        ])
    )

    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp("Folder of the store.", valueName: "folder")) var store: String

    @Option(
        help: ArgumentHelp(
            "Append a line to this file when a session begins and when it ends.", valueName: "file"))
    var log: String?

    var subject: String { "serve" }

    func perform(_ session: Session) throws -> Verdict {
        let connection = TargetConnection(session: session)
        let log = try log.map { path throws(SystemError) in try AppendedFile(path) }
        // What cannot be logged is served all the same.
        let note: (String) -> Void = { text in
            try? log?.append(line: TerminalText.escape("\(session.clock.now) [\(session.processID)] \(text)"))
        }
        let agent = Agent(
            store: connection.directory(store), input: try DescriptorStream.standardInput(),
            output: try DescriptorStream.claimStandardOutput(),
            dialect: Dialect(toolVersion: ToolVersion.current),
            clock: session.clock
        ) { line in
            session.console.write(.warning, "hybridrep serve: \(line)")
            note(line)
        }
        agent.welcomed = { [unowned agent] version in note("run \(agent.runID): began, hybridrep \(version)")
        }
        let end = agent.run()
        guard end == .goodbye else { return .transport }
        note("run \(agent.runID): ended")
        return .good
    }
}
