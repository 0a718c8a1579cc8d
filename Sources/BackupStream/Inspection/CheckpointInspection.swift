package import ESE
package import Platform

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
