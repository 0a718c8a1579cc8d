internal import Platform

extension CommandContext {
    /// What stands for standard output where a file is named.
    static let standardOutput = "-"

    /// Writes a result into a file by rename, or for `-` to standard output.
    func write(_ text: String, to path: String) throws {
        guard path != Self.standardOutput else {
            try StandardStream.output.write(Array(text.utf8).span)
            return
        }
        try requireFolder(of: path, to: "write")
        confined.add(PathText.folder(of: path))
        try files.replace(path, Array(text.utf8))
    }

    /// Asks whether the folder is there in which something is to be made.
    ///
    /// - Parameter verb: What is to be done, as in `restore to`.
    /// - Throws: 2, with the command that makes the folder.
    func requireFolder(of path: String, to verb: String) throws {
        let parent = PathText.folder(of: path)
        guard let status = try files.status(parent) else {
            throw CommandFailure(
                .usage, "\(verb) \(path): there is no folder \(parent)",
                hint: "mkdir -p \(ShellQuote.posix(parent))")
        }
        guard status.kind != .regular else {
            throw CommandFailure(.usage, "\(verb) \(path): \(parent) is a file, not a folder")
        }
    }
}
