extension EseutilReport {
    /// The checkpoint dump (`/mk`).
    package static func checkpoint(_ checkpoint: CheckpointHeader) -> String {
        let environment = checkpoint.environment
        var lines = checkpoint.state == .good ? [] : [Line("Header state", checkpoint.state.rawValue)]
        lines += [
            Line("LastFullBackupCheckpoint", "\(checkpoint.lastFullBackupCheckpoint)"),
            Line("Checkpoint", "\(checkpoint.checkpoint)"),
            Line("DbConsistency", "\(checkpoint.databaseConsistency)"),
            Line("FullBackup", "\(checkpoint.fullBackup.position)"),
            Line("FullBackup time", "\(checkpoint.fullBackup.time)"),
            Line("IncBackup", "\(checkpoint.incrementalBackup.position)"),
            Line("IncBackup time", "\(checkpoint.incrementalBackup.time)"),
            Line("Signature", "\(checkpoint.logSignature)"),
            Line("Env SystemPath", environment.systemPath),
            Line("Env LogFilePath", environment.logPath),
            parameters(environment),
        ]
        lines += checkpoint.databases.map(attached)
        return lines.map { "      \($0.label): \($0.value)\n" }.joined()
    }

    /// The engine's parameters, in the order of the label.
    static func parameters(_ environment: LogEnvironment) -> Line {
        let limits = [
            environment.sessions, environment.openTables, environment.versionPages, environment.cursors,
            environment.logBuffers, environment.logSectors,
        ]
        let circular = environment.isCircular ? "on" : "off"
        return Line(
            "Env (CircLog,Session,Opentbl,VerPage,Cursors,LogBufs,LogFile)",
            "(\(circular),\(limits.map { "\($0)" }.joined(separator: ",")))")
    }

    /// A database that was attached when the file was written.
    static func attached(_ database: AttachedDatabase) -> Line {
        Line("\(database.dbid) \(database.path)", "dbtime \(database.dbtime), \(database.signature)")
    }
}
