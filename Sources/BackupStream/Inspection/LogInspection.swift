package import ESE
package import Platform

/// Looks into a folder of logs, or one log, as the administrator's own tool does; nothing is written.
package struct LogInspection {
    /// One stream of logs: its base name and its files in order.
    package struct Stream {
        package let base: String
        package let chain: LogChain
    }
    /// The header, when a single file was named.
    package let single: LogHeader?
    package let streams: [Stream]

    /// - Throws: `badPages` when the one file named is no readable log, `sourceFailed` when nothing is there.
    package init(opening path: String, in files: any FileSystem) throws(BackupError) {
        let status: FileStatus?
        do throws(SystemError) { status = try files.status(path) } catch { throw .source(error) }
        guard let status else {
            throw BackupError(.sourceFailed, "read \(path): there is nothing under this name")
        }
        if status.kind == .folder {
            single = nil
            streams = try Self.streams(in: path, files)
            return
        }
        streams = []
        let prefix = try Self.prefix(path, files)
        do throws(LogHeaderError) { single = try LogHeader(parsing: prefix.span) } catch {
            throw BackupError(.badPages, "check \(path): \(ErrorCode.logFileCorrupt.label): \(error)")
        }
    }

    private static func streams(in folder: String, _ files: any FileSystem) throws(BackupError) -> [Stream] {
        let names: [String]
        do throws(SystemError) { names = try files.list(folder) } catch { throw .source(error) }
        var facts: [String: [LogFact]] = [:]
        for name in names {
            let path = folder == "/" ? "/" + name : folder + "/" + name
            let status: FileStatus?
            do throws(SystemError) { status = try files.status(path) } catch { throw .source(error) }
            guard let status, status.kind == .regular else { continue }
            let prefix = try prefix(path, files)
            let base = LogName(name)?.base ?? ""
            let kind = FileKind.sniff(prefix.span)
            if case .log = kind {
                do throws(LogHeaderError) {
                    let header = try LogHeader(parsing: prefix.span)
                    facts[base, default: []].append(
                        LogFact(name: name, header: header, fileBytes: status.length))
                } catch { facts[base, default: []].append(LogFact(name: name, unreadable: error)) }
            } else if isNamedLog(name), kind != .unwritten {
                facts[base, default: []].append(LogFact(name: name, unreadable: .badChecksum))
            }
        }
        return facts.keys.sorted().map { base in Stream(base: base, chain: LogChain(facts[base] ?? [])) }
    }

    private static func isNamedLog(_ name: String) -> Bool {
        switch LogName(name)?.role {
        case .archived, .current: true
        default: false
        }
    }

    private static func prefix(_ path: String, _ files: any FileSystem) throws(BackupError) -> [UInt8] {
        do throws(SystemError) {
            let file = try files.open(path, .read)
            return try file.bytes(at: 0, count: min(try file.status().length, FileKind.prefixBytes))
        } catch { throw .source(error) }
    }
}
