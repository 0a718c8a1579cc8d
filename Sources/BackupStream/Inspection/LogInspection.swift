package import ESE
package import Platform

/// Looks into a folder of logs, or one log, as the administrator's own tool does; nothing is written.
package struct LogInspection {
    /// One stream of logs: its base name and its files in order.
    package struct Stream {
        package let base: String
        package let chain: LogChain
    }

    /// A log that was named.
    package struct Single {
        package let header: LogHeader
        package let data: LogDataReport
        package let fact: LogFact
        /// Where recovery would begin, when the stream's checkpoint is next to the log.
        package let checkpoint: LogPosition?
    }
    /// When a single file was named.
    package let single: Single?
    package let streams: [Stream]

    /// Reads headers and data of all logs there are.
    ///
    /// - Parameter progress: Told how many bytes more were read.
    /// - Throws: `badPages` when the one file named is no readable log, `sourceFailed` when nothing is there.
    package init(
        opening path: String, in files: any FileSystem, progress: (Int) -> Void = { _ in }
    ) throws(BackupError) {
        let status: FileStatus?
        do throws(SystemError) { status = try files.status(path) } catch { throw .source(error) }
        guard let status else {
            throw BackupError(.sourceFailed, "read \(path): there is nothing under this name")
        }
        guard status.kind == .folder else {
            single = try Self.single(path, files, progress)
            streams = []
            return
        }
        single = nil
        streams = try Self.streams(in: path, files, progress)
    }

    /// The header of one log, its data not read.
    ///
    /// - Throws: `badPages` when it is no readable log.
    package static func header(
        of path: String, in files: any FileSystem
    ) throws(BackupError) -> (header: LogHeader, checkpoint: LogPosition?) {
        let prefix: [UInt8]
        do throws(SystemError) {
            prefix = try files.start(of: path, count: LogHeader.byteCount)
        } catch { throw .source(error) }
        let header: LogHeader
        do throws(LogHeaderError) { header = try LogHeader(parsing: prefix.span) } catch {
            throw BackupError(.badPages, "check \(path): \(error)")
        }
        return (header, checkpoint(beside: path, header, files))
    }

    private static func single(
        _ path: String, _ files: any FileSystem, _ progress: (Int) -> Void
    ) throws(BackupError) -> Single {
        let name = PathText.name(of: path)
        let log = try LogFile.read(path, name: name, in: files, progress: progress)
        guard let header = log.header, let data = log.data else {
            let problem = log.fact.problem ?? .logFileCorrupt
            throw BackupError(.badPages, "check \(path): \(problem.label): \(log.fact.fault ?? "no log")")
        }
        return Single(
            header: header, data: data, fact: log.fact, checkpoint: checkpoint(beside: path, header, files))
    }

    /// Where recovery of a log's stream would begin, when its checkpoint is next to the log and can be read.
    private static func checkpoint(
        beside path: String, _ log: LogHeader, _ files: any FileSystem
    ) -> LogPosition? {
        guard let base = LogName(PathText.name(of: path))?.base else { return nil }
        let folder = PathText.folder(of: path)
        for name in ["\(base).chk", "\(base).jcp"] {
            let sibling = PathText.path(of: name, in: folder)
            let bytes = try? files.contents(sibling, limit: CheckpointHeader.byteCount)
            if let bytes, let found = try? CheckpointHeader(parsing: bytes.span) {
                return found.logSignature == log.signature ? found.checkpoint : nil
            }
        }
        return nil
    }

    private static func streams(
        in folder: String, _ files: any FileSystem, _ progress: (Int) -> Void
    ) throws(BackupError) -> [Stream] {
        let names: [String]
        do throws(SystemError) { names = try files.list(folder) } catch { throw .source(error) }
        var facts: [LogFact] = []
        for name in names {
            let path = PathText.path(of: name, in: folder)
            guard try isLog(path, name, files) else { continue }
            facts.append(try LogFile.read(path, name: name, in: files, progress: progress).fact)
        }
        return grouped(facts)
    }

    /// Logs put together by the base of their names, whose case does not count.
    static func grouped(_ facts: [LogFact]) -> [Stream] {
        func base(_ fact: LogFact) -> String { LogName(fact.name)?.base ?? "" }
        let groups = Dictionary(grouping: facts) { base($0).lowercased() }
        return groups.sorted { $0.key < $1.key }.map { _, logs in
            Stream(base: logs.first.map(base) ?? "", chain: LogChain(logs))
        }
    }

    /// True for a log by its content, or by its name when the content says nothing.
    private static func isLog(
        _ path: String, _ name: String, _ files: any FileSystem
    ) throws(BackupError) -> Bool {
        if LogName(name)?.isAhead == true { return false }
        let prefix: [UInt8]
        do throws(SystemError) {
            guard try files.status(path)?.kind == .regular else { return false }
            prefix = try files.start(of: path, count: FileKind.prefixBytes)
        } catch { throw .source(error) }
        let kind = FileKind.sniff(prefix.span)
        if case .log = kind { return true }
        return LogName(name)?.isWritten == true && kind != .unwritten && !prefix.isEmpty
    }
}

/// One log that is looked into: its header, and all after it.
struct LogFile {
    private static let pieceBytes = 256 << 10

    /// Nil when it cannot be read.
    let header: LogHeader?
    /// Nil when the header cannot be read.
    let data: LogDataReport?
    let fact: LogFact

    /// Reads a log from its first byte to its last, once.
    ///
    /// - Parameter name: As reports shall call it.
    static func read(
        _ path: String, name: String, in files: any FileSystem, progress: (Int) -> Void = { _ in }
    ) throws(BackupError) -> LogFile {
        do throws(SystemError) {
            let file = try files.open(path, .read)
            let length = try file.status().length
            let prefix = try file.bytes(at: 0, count: min(length, LogHeader.byteCount))
            switch parse(prefix) {
            case .failure(let error):
                return LogFile(header: nil, data: nil, fact: LogFact(name: name, unreadable: error))
            case .success(let header):
                let data = try data(file, header, length, progress)
                let fact = LogFact(name: name, header: header, fileBytes: length, data: data)
                return LogFile(header: header, data: data, fact: fact)
            }
        } catch { throw .source(error) }
    }

    private static func parse(_ prefix: [UInt8]) -> Result<LogHeader, LogHeaderError> {
        do throws(LogHeaderError) { return .success(try LogHeader(parsing: prefix.span)) } catch {
            return .failure(error)
        }
    }

    private static func data(
        _ file: any OpenFile, _ header: LogHeader, _ length: Int, _ progress: (Int) -> Void
    ) throws(SystemError) -> LogDataReport {
        var check = LogDataCheck(header)
        var buffer = [UInt8](repeating: 0, count: pieceBytes)
        var offset = 0
        while offset < length {
            let got = try file.read(min(buffer.count, length - offset), into: &buffer, at: offset)
            guard got > 0 else { break }
            check.append(buffer.span.extracting(0..<got))
            offset += got
            progress(got)
        }
        return check.finish()
    }
}
