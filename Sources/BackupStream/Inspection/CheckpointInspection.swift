package import ESE
package import Platform

/// Looks into a checkpoint file; nothing is written.
package struct CheckpointInspection {
    package let header: CheckpointHeader

    /// - Throws: `badPages` when neither copy is intact, `sourceFailed` when the file cannot be read.
    package init(opening path: String, in files: any FileSystem) throws(BackupError) {
        let bytes: [UInt8]
        do throws(SystemError) {
            let file = try files.open(path, .read)
            bytes = try file.bytes(at: 0, count: min(try file.status().length, CheckpointHeader.byteCount))
        } catch { throw .source(error) }
        let found: CheckpointHeader
        do throws(CheckpointError) { found = try CheckpointHeader(parsing: bytes.span) } catch {
            throw BackupError(.badPages, "check \(path): \(error)")
        }
        header = found
    }
}
