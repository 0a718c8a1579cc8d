internal import ESE
internal import Image
internal import Platform

extension Backup {
    /// Reads one log into the image, checks its header and data, and records it.
    ///
    /// A log that stays bad after it was read again is shipped as it is and warned of; whether a database
    /// needs it is for the set's verdict.
    ///
    /// - Returns: What the log is, its data counted.
    func readLog(
        _ file: SetFile, into pass: ImageScan, _ manifest: inout ImageManifest
    ) throws(BackupError) -> LogFact {
        guard let listed = file.logFact else { preconditionFailure("a log has a log's facts") }
        let source = try openMember(file)
        let reader = LogReader(file, listed, source)
        try reader.read(patience)
        var rereader: PageRereader?
        _ = try copy(reader, file, into: pass, &manifest, rereader: &rereader) { _ in nil }
        Self.note(source, in: &manifest)
        if reader.isHealed {
            manifest.countHealed(1)
            manifest.warnings.append(
                "\(file.path): had to be read again to be good: check the disk")
        }
        if let problem = reader.fact.problem {
            let fault = reader.fact.fault.map { ": \($0)" } ?? ""
            manifest.warnings.append("\(file.path): damaged: \(problem.label)\(fault)")
        }
        return reader.fact
    }
}
