internal import ArgumentParser
internal import OffsiteStore
internal import Platform

/// The agent: serves one store over standard input and output, normally as the forced command of a key.
struct ServeCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a store over standard input and output: the far end of a push."
    )

    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp("Folder of the store.", valueName: "folder")) var store: String

    var subject: String { "serve" }

    func perform(_ session: Session) throws -> Verdict {
        let connection = TargetConnection(session: session)
        let agent = Agent(
            store: connection.directory(store), input: try DescriptorStream.standardInput(),
            output: try DescriptorStream.claimStandardOutput(),
            dialect: Dialect(toolVersion: ToolVersion.current),
            clock: session.clock
        ) { line in session.console.writeError("hybridrep serve: \(line)") }
        switch agent.run() {
        case .goodbye: return .good
        default: return .transport
        }
    }
}
