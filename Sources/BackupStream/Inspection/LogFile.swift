internal import ESE
internal import Platform

/// One log that is looked into: its header, and all behind it.
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
