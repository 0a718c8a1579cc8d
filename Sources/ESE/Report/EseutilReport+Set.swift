extension EseutilReport {
    /// One database of a set and what recovery would make of it.
    ///
    /// - Parameters:
    ///   - name: As the report shall call it.
    ///   - checkpoint: The line of the checkpoint that recovery would begin with.
    package static func database(
        _ name: String, _ header: DatabaseHeader, trailer: BackupTrailer?, checkpoint: String,
        _ verdict: SetVerdict
    ) -> String {
        let logs = header.logs
        var lines = [
            Line("Database", name),
            Line("State", "\(header.state)"),
            Line("Log Required", range(logs.minimum, logs.maximum)),
            Line("Log Committed", range(0, logs.committed)),
            Line("Log Signature", "\(header.logSignature)"),
            Line("Checkpoint", checkpoint),
        ]
        if header.isBackupCopy {
            let found = trailer.map { range($0.backup.lowGeneration, $0.backup.highGeneration) }
            lines.append(Line("Backup Log Gen", found ?? "NOT AVAILABLE, the last page is not a trailer"))
        }
        lines += verdict.warnings.map { Line("Warning", $0) }
        lines += verdict.notes.map { Line("Note", $0) }
        lines.append(Line("Verdict", "\(verdict)"))
        return aligned(lines, width: 17)
    }
}
