package import ESE
package import Platform

/// Looks into a flush map; nothing is written.
package struct FlushMapInspection {
    package let header: FlushMapHeader
    private let file: any OpenFile
    private let length: Int

    /// - Throws: `badPages` when its header is not intact, `sourceFailed` when the file cannot be read.
    package init(opening path: String, in files: any FileSystem) throws(BackupError) {
        let bytes: [UInt8]
        do throws(SystemError) {
            file = try files.open(path, .read)
            length = try file.status().length
            bytes = try file.bytes(at: 0, count: min(length, FlushMapHeader.byteCount))
        } catch { throw .source(error) }
        let found: FlushMapHeader
        do throws(FlushMapError) { found = try FlushMapHeader(parsing: bytes.span) } catch {
            throw BackupError(.badPages, "check \(path): the flush map is damaged: \(error)")
        }
        header = found
    }

    /// Checks every page after the header; each has a checksum of its own.
    ///
    /// - Returns: How many there are, how many of them were never written, and which are bad, counted from 0.
    package func pages() throws(BackupError) -> (seen: Int, blank: Int, bad: [Int]) {
        let size = FlushMapHeader.byteCount
        var seen = 0
        var blank = 0
        var bad: [Int] = []
        for offset in stride(from: size, to: length, by: size) {
            let bytes: [UInt8]
            do throws(SystemError) {
                bytes = try file.bytes(at: offset, count: min(size, length - offset))
            } catch { throw .source(error) }
            switch FlushMap.verdict(of: bytes.span, number: seen) {
            case true?: break
            case nil: blank += 1
            case false?: bad.append(seen)
            }
            seen += 1
        }
        return (seen, blank, bad)
    }
}
