internal import ESE
internal import BackupStream
internal import Platform

/// Looks whether the source is there, is of the right kind, and may be read.
struct SourceCheck {
    private static let check = "source"
    let context: JobContext

    var findings: [Finding] {
        switch context.job.source.kind {
        case .ese(let folder, let logs):
            let found =
                [finding(folder.value, mayBeFolder: true)]
                + [logs.value].compactMap { $0 }.map { finding($0, mayBeFolder: true) }
            guard found.allSatisfy({ $0.level.verdict == .good }) else { return found }
            return found + [set(folder.value, logs: logs.value)]
        case .file(let file, _): return [finding(file.value, mayBeFolder: false)]
        case .command: return [.good(Self.check, nil, "a command; it is not run")]
        case .standardInput: return [.good(Self.check, nil, "standard input")]
        }
    }

    /// Evaluates the set by its headers and logs, as the next run does before it reads pages.
    private func set(_ path: String, logs: String?) -> Finding {
        let check = "set"
        let words = ([path] + (logs.map { ["--logs", $0] } ?? [])).map { ShellQuote.posix($0) }
        let next = "hybridrep ese set \(words.joined(separator: " "))"
        do throws(BackupError) {
            let set = try SetInspection(opening: path, logs: logs, in: context.session.files)
            for database in set.databases {
                switch database.verdict.outcome {
                case .clean, .complete: continue
                case .withLoss:
                    return .failed(
                        .badPages, check, nil, "\(database.path): \(database.verdict)", next: next)
                case .notRecoverable(let refusal):
                    return .failed(.badPages, check, nil, "\(database.path): \(refusal)", next: next)
                }
            }
            let count = set.databases.count == 1 ? "1 database" : "\(set.databases.count) databases"
            guard let warning = set.warnings.first else {
                return .good(check, nil, "\(count) can be recovered, by headers and logs")
            }
            return .warning(check, nil, warning, next: next)
        } catch { return .failed(check, nil, error, otherwise: next) }
    }

    private func finding(_ path: String, mayBeFolder: Bool) -> Finding {
        let next = "ls -ld \(ShellQuote.posix(path))"
        let status: FileStatus?
        do throws(SystemError) { status = try context.session.files.status(path) } catch {
            return .failed(.source, Self.check, nil, "\(error)", next: next)
        }
        guard let status else {
            return .failed(
                .source, Self.check, nil, "\(path) is not there: is the snapshot mounted?", next: next)
        }
        guard status.kind == .regular || (mayBeFolder && status.kind == .folder) else {
            let wanted = mayBeFolder ? "no folder and no regular file" : "no regular file"
            return .failed(.source, Self.check, nil, "\(path) is \(wanted)", next: next)
        }
        if let refusal = PathAccess.refusalToRead(path) {
            return .failed(.source, Self.check, nil, "\(refusal)", next: next)
        }
        guard status.kind == .folder else {
            return .good(Self.check, nil, "\(path), \(HumanQuantity.bytes(status.length))")
        }
        do throws(SystemError) {
            let names = try context.session.files.list(path)
            for name in names {
                let file = PathText.path(of: name, in: path)
                guard try context.session.files.status(file)?.kind == .regular,
                    let refusal = PathAccess.refusalToRead(file)
                else { continue }
                return .failed(
                    .source, Self.check, nil, "\(refusal)", next: "ls -ld \(ShellQuote.posix(file))")
            }
            guard !names.isEmpty else {
                return .failed(
                    .source, Self.check, nil, "\(path) is empty: is the snapshot mounted?", next: next)
            }
            return .good(Self.check, nil, "\(path), \(names.count) files and folders")
        } catch { return .failed(.source, Self.check, nil, "\(error)", next: next) }
    }
}
