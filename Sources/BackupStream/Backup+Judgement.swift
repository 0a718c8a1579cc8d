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

    static func healed(_ pages: Int, _ path: String) -> String {
        "\(path): \(pages) of its pages had to be read again to be good: check the disk"
    }
}
