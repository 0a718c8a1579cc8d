/// What a job backs up.
package enum SourceSpecification: Hashable, Sendable {
    /// A folder of databases, or one database file; logs and checkpoint beside it or in a folder of their own.
    case ese(path: String, logs: String?)
    /// A file that another program has written, read where it lies.
    case file(String)
    /// The standard output of `/bin/sh -c TEXT`.
    case command(String)
    /// What is piped into the program.
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

    /// What reports call the source.
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
