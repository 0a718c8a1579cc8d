extension Backup {
    /// Refuses a database with bad pages, or records them where that is accepted.
    func judge(
        _ pages: DatabasePages, path: String, into manifest: inout ImageManifest
    ) throws(BackupError) {
        for warning in pages.warnings { manifest.warnings.append("\(path): \(warning)") }
        guard let fault = pages.fault else { return }
        let error = BackupError(
            .badPages, "check \(path): \(fault)",
            hint: "repair the database or take an older copy; --accept-damaged ships it as it is")
        guard options.acceptDamaged else { throw error }
        manifest.warnings.append(error.detail)
        manifest.isSound = false
    }

    /// Records pages that were good only when they were read again.
    static func note(_ rereader: PageRereader?, _ path: String, in manifest: inout ImageManifest) {
        guard let pages = rereader?.healedPages, pages > 0 else { return }
        manifest.countHealed(pages)
        manifest.warnings.append(
            "\(path): \(pages) of its pages had to be read again to be good: check the disk")
    }

    /// Records pieces that the disk gave only when it was asked again.
    static func note(_ file: WatchedFile, in manifest: inout ImageManifest) {
        guard file.healedReads > 0 else { return }
        manifest.countHealed(file.healedReads)
        let reads = file.healedReads == 1 ? "1 failed read was" : "\(file.healedReads) failed reads were"
        manifest.warnings.append("\(file.path): \(reads) good when done again: check the disk")
    }
}
