package import ESE
package import Platform

/// Looks into a database file as the administrator's own tool does; nothing is written.
package struct DatabaseInspection {
    package let path: String
    package let header: HeaderPair
    /// The last page, when the file is a backup copy.
    package let trailer: BackupTrailer?
    private let file: any OpenFile
    private let length: Int
    private let flushMap: FlushMapFile.Finding
    /// A multiple of every page size, and small enough to stay in a core's cache from the read to the check.
    private static let pieceBytes = 256 << 10

    /// - Throws: `badPages` when neither header is good, `sourceFailed` when the file cannot be read.
    package init(opening path: String, in files: any FileSystem) throws(BackupError) {
        let file = try Self.open(path, files)
        let length = try Self.length(of: file)
        let prefix = try Self.bytes(file, at: 0, count: min(length, HeaderPair.prefixBytes))
        let header = try Self.header(prefix, path)
        let size = header.pageSize.bytes
        let isWhole = length % size == 0 && length >= 3 * size
        let last = isWhole ? try Self.bytes(file, at: length - size, count: size) : []
        self.path = path
        self.file = file
        self.length = length
        self.header = header
        trailer = isWhole ? BackupTrailer(parsing: last.span) : nil
        flushMap = FlushMapFile.find(beside: path, header.header, in: files)
    }

    /// Checks every page, and measures the reading of it.
    ///
    /// - Parameter each: Told every page's number and verdict, in order.
    package func pages(
        clock: any Clock, _ each: (UInt32, PageVerdict) -> Void = { _, _ in },
        progress: (_ doneBytes: Int, _ totalBytes: Int) -> Void = { _, _ in }
    ) throws(BackupError) -> (report: PageReport, reading: PageReading) {
        let size = header.pageSize.bytes
        // A page that cannot be read here cannot be read below either, where that is an error.
        let end = OwnedExtent.end(header.pageSize) { number in
            let offset = (Int(number) + 1) * size
            return offset + size <= length ? try? file.bytes(at: offset, count: size) : nil
        }
        var tally = PageTally()
        let judge = PageJudge(header, flushMap: flushMap.map)
        let start = clock.monotonicNanoseconds
        var reading = PageReading()
        var buffer = [UInt8](repeating: 0, count: Self.pieceBytes)
        var offset = 2 * size
        while offset + size <= length {
            var target = buffer.mutableSpan
            let before = clock.monotonicNanoseconds
            let got: Int
            do throws(SystemError) { got = try file.read(into: &target, at: offset) } catch {
                throw .source(error)
            }
            reading.add(bytes: got, nanoseconds: clock.monotonicNanoseconds &- before)
            guard got >= size else { break }
            for start in stride(from: 0, through: got - size, by: size) {
                let number = UInt32(clamping: (offset + start) / size - 1)
                let page = buffer.span.extracting(start..<start + size)
                let verdict = judge.verdict(of: page, number: number)
                tally.count(verdict, of: page, number: number)
                each(number, verdict)
            }
            offset += got / size * size
            progress(offset, length)
        }
        reading.end(nanoseconds: clock.monotonicNanoseconds &- start)
        return (tally.finish(ownedEnd: end, flushMap: flushMap.use, isNew: header.header.isNew), reading)
    }

    private static func open(_ path: String, _ files: any FileSystem) throws(BackupError) -> any OpenFile {
        do throws(SystemError) { return try files.open(path, .read) } catch { throw .source(error) }
    }

    private static func length(of file: any OpenFile) throws(BackupError) -> Int {
        do throws(SystemError) { return try file.status().length } catch { throw .source(error) }
    }

    private static func header(_ prefix: [UInt8], _ path: String) throws(BackupError) -> HeaderPair {
        do throws(DatabaseHeaderError) { return try HeaderPair.find(in: prefix.span) } catch {
            throw BackupError(.badPages, "check \(path): \(error)")
        }
    }

    private static func bytes(_ file: any OpenFile, at offset: Int, count: Int) throws(BackupError) -> [UInt8]
    {
        do throws(SystemError) { return try file.bytes(at: offset, count: count) } catch {
            throw .source(error)
        }
    }
}
