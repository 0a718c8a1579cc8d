package import ESE
package import Platform

/// Determines the kind of a file by its content.
package enum FileInspection {
    /// Reads a patch file; returns nil for a file that is not named like one.
    package static func patch(_ path: String, in files: any FileSystem) throws(BackupError) -> PatchFile? {
        guard SetInventory.isPatch(PathText.name(of: path)) else { return nil }
        do throws(SystemError) {
            let prefix = try files.start(of: path, count: PatchFile.prefixBytes)
            return PatchFile(parsing: prefix.span, length: try files.status(path)?.length ?? 0)
        } catch { throw .source(error) }
    }

    /// Told by its content; by its name when the content says nothing.
    ///
    /// - Throws: `sourceFailed` when the file cannot be read.
    package static func kind(of path: String, in files: any FileSystem) throws(BackupError) -> FileKind {
        let prefix: [UInt8]
        do throws(SystemError) {
            prefix = try files.start(of: path, count: FileKind.prefixBytes)
        } catch { throw .source(error) }
        let kind = FileKind.sniff(prefix.span)
        let name = PathText.name(of: path).lowercased()
        if kind == .other, name.hasSuffix(".jfm") { return .flushMap }
        guard kind == .other, let role = LogName(PathText.name(of: path))?.role else { return kind }
        return role == .checkpoint ? .checkpoint : .log
    }
}

/// Looks into a checkpoint file; nothing is written.
package struct CheckpointInspection {
    package let header: CheckpointHeader

    /// - Throws: `badPages` when neither copy is intact, `sourceFailed` when the file cannot be read.
    package init(opening path: String, in files: any FileSystem) throws(BackupError) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try files.start(of: path, count: CheckpointHeader.byteCount)
        } catch { throw .source(error) }
        let found: CheckpointHeader
        do throws(CheckpointError) { found = try CheckpointHeader(parsing: bytes.span) } catch {
            throw BackupError(.badPages, "check \(path): \(error)")
        }
        header = found
    }
}

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
