internal import BackupStream
internal import Platform

extension SourceConfiguration {
    /// What is read.
    var specification: SourceSpecification {
        switch kind {
        case .ese(let path, let logs): .ese(path: path.value, logs: logs.value)
        case .file(let path, _): .file(path.value)
        case .command(let line):
            switch line.value {
            case .shell(let text): .command(text)
            case .words(let words): .command(ShellQuote.posix(words))
            }
        case .standardInput: .stdin
        }
    }
}
