package import ESE
package import Platform

/// What kind of file lies under a name.
package enum FileInspection {
    /// Told by its content; by its name when the content says nothing.
    ///
    /// - Throws: `sourceFailed` when the file cannot be read.
    package static func kind(of path: String, in files: any FileSystem) throws(BackupError) -> FileKind {
        let prefix: [UInt8]
        do throws(SystemError) {
            prefix = try files.start(of: path, count: FileKind.prefixBytes)
        } catch { throw .source(error) }
        let kind = FileKind.sniff(prefix.span)
        guard kind == .other, let role = LogName(PathText.name(of: path))?.role else { return kind }
        return role == .checkpoint ? .checkpoint : .log
    }
}
