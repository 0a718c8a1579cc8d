internal import ArgumentParser
internal import Logging
internal import OffsiteStore
internal import Platform
internal import StoreAgent
internal import StoreFormat

/// The agent: serves one store over standard input and output, normally as the forced command of a key.
struct ServeCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a store over standard input and output: the far end of a push.",
        discussion: HelpExamples.text([
            "serve --store /srv/hybridrep": "The command in a key's line of authorized_keys.",
            "serve --store /srv/hybridrep --may-forget": "The same for a key that may also forget.",
            "serve --store /srv/hybridrep --as db01":
                "The same; each receipt names db01 as the maker.",
            "serve --store /srv/hybridrep --quota 500G":
                "The same for a store with a size limit.",
        ])
    )

    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp("Folder of the store.", valueName: "folder"), completion: .directory)
    var store: String

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "Name of this key, recorded in the receipt of each point and note; default: the key's fingerprint, if sshd has ExposeAuthInfo.",
            valueName: "name"))
    var maker: Name?

    @Option(
        help: ArgumentHelp(
            "Append a line to this file when a session begins and when it ends.", valueName: "file"),
        completion: .file())
    var log: String?
    @Option(
        help: ArgumentHelp(
            "Maximum size of all jobs of the store together, as in 500G; a push beyond it is refused (26).",
            valueName: "size"))
    var quota: ByteSize?

    @Flag(help: "Allow this key to forget points and collect space; otherwise it can only add.")
    var mayForget = false

    @Option(
        help: ArgumentHelp("With --may-forget: forget no point younger than this.", valueName: "duration"))
    var minAge = TimeSpan(seconds: 14 * 86_400)

    @Option(
        help: ArgumentHelp(
            "With --may-forget: keep removed objects in the trash for at least this time.",
            valueName: "duration"))
    var minGrace = TimeSpan(seconds: 7 * 86_400)

    var subject: String { "serve" }

    @Flag(
        help:
            "Allow this key to release and unpin points and to suspend and resume jobs; --may-forget implies it."
    )
    var mayMark = false

    func validate() throws {
        if log == CommandContext.standardOutput {
            throw ValidationError("--log -: standard output belongs to the connection; give a file")
        }
    }

    private var rights: DeletionPermissions {
        DeletionPermissions(
            mayForget: mayForget, minAge: Int64(minAge.seconds), minGrace: Int64(minGrace.seconds),
            mayMark: mayMark)
    }

    /// The key that sshd has let in; nil where it does not say.
    private func authenticated(_ session: CommandContext) -> Maker? {
        guard let file = session.environment.value("SSH_USER_AUTH"),
            let bytes = try? session.files.contents(file, limit: 64 << 10)
        else { return nil }
        return Maker(authenticationInfo: String(decoding: bytes, as: UTF8.self))
    }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let connection = TargetConnection(session: session)
        let directory = try connection.directory(store)
        directory.rights = rights
        directory.maker = maker.map { Maker($0) } ?? authenticated(session)
        let log = try log.map { path throws(SystemError) in try AppendedFile(path) }
        // What cannot be logged is served all the same.
        let note: (String) -> Void = { text in
            try? log?.append(line: TerminalText.escape("\(session.clock.now) [\(session.processID)] \(text)"))
        }
        let agent = Agent(
            store: directory, quota: quota?.bytes, input: try DescriptorStream.standardInput(),
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

extension Name: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}

extension ByteSize: ExpressibleByArgument {
    init?(argument: String) { self.init(argument) }
}
