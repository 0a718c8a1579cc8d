/// The source of a job.
package enum SourceSpecification: Hashable, Sendable {
    /// A folder of databases, or one database file; logs and checkpoint next to it or in a folder of their own.
    case ese(path: String, logs: String?)
    /// A file that another program has written, read in place.
    case file(String)
    /// The standard output of `/bin/sh -c TEXT`.
    case command(String)
    /// Standard input of the program.
    case stdin

    /// The word for it in manifests and configuration.
    package var kind: String {
        switch self {
        case .ese: "ese"
        case .file: "file"
        case .command: "command"
        case .stdin: "stdin"
        }
    }

    /// The name of the source in reports.
    ///
    /// A command's text may hold secrets, so it is not part of its label.
    package var label: String {
        switch self {
        case .ese(let path, _), .file(let path): path
        case .command: "command"
        case .stdin: "standard input"
        }
    }
}
