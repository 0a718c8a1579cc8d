internal import ArgumentParser
internal import Platform

/// Prints the versions of the program and of the C libraries it runs with.
struct VersionCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the versions of the program and its libraries.",
        discussion: HelpExamples.text(["version": "This program and its loaded libraries."]))

    @OptionGroup var options: GlobalOptions

    var subject: String { "version" }

    func perform(_ session: CommandContext) throws -> ExitStatus {
        let libraries = LibraryVersions.all
        session.console.result("hybridrep \(ToolVersion.current)")
        for library in libraries {
            let note = library.loaded == library.compiled ? "" : " (compiled with \(library.compiled))"
            session.console.result("\(library.name) \(library.loaded)\(note)")
        }
        session.console.result(
            JSONMessage(
                .summary,
                [
                    "version": .string(ToolVersion.current),
                    "libraries": .array(libraries.map { describe($0) }),
                ]))
        return .good
    }

    private func describe(_ library: LibraryVersion) -> JSONValue {
        .fields([
            "name": .string(library.name), "version": .string(library.loaded),
            "compiled_version": .string(library.compiled),
        ])
    }
}
