package import ESE
package import Platform

/// What kind of file lies under a name.
package enum FileInspection {
    /// What a patch file holds; nil for a file that is not named like one.
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
