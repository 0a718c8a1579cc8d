package import ESE
package import Platform

/// Judges a whole set as recovery would: headers, trailers, every log's data, the chain, the checkpoint.
///
/// The pages of the databases are not read, and nothing is written.
package struct SetInspection {
    package struct Database {
        package let path: String
        package let name: String
        package let header: HeaderPair
        /// The last page of a streaming backup's copy.
        package let trailer: BackupTrailer?
        /// The checkpoint that recovery would begin with.
        package let checkpoint: CheckpointFact
        package let verdict: SetVerdict
    }

    package let databases: [Database]
    /// The logs that belong to a database of the set, and those that cannot be read.
    package let streams: [LogInspection.Stream]
    package let warnings: [String]
    package let leftOut: [ImageManifest.LeftOut]

    /// - Parameters:
    ///   - path: A folder, or one database file.
    ///   - logs: The folder of logs and checkpoint; nil when they are next to the database.
    /// - Throws: `sourceFailed` when there is no database or a file cannot be read, `badPages` when a database
    ///   has no good header.
    package init(
        opening path: String, logs: String?, in files: any FileSystem,
        progress: (_ doneBytes: Int, _ totalBytes: Int) -> Void = { _, _ in }
    ) throws(BackupError) {
        let inventory = try SetInventory(path, logs: logs, in: files)
        if let refusal = inventory.refusal(job: nil) { throw refusal }
        let total = inventory.logs.reduce(0) { $0 + $1.status.length }
        var done = 0
        var read: [String: LogFact] = [:]
        for file in inventory.logs {
            let log = try LogFile.read(file.path, name: file.name, in: files) { count in
                done += count
                progress(done, total)
            }
            read[file.name] = log.fact
        }
        let facts = inventory.logFacts.map { read[$0.name] ?? $0 }
        var databases: [Database] = []
        for file in inventory.databases {
            databases.append(try Self.judge(file, inventory, facts, files))
        }
        self.databases = databases
        streams = LogInspection.grouped(facts.filter { read[$0.name] != nil || $0.signature == nil })
        warnings = inventory.warnings
        leftOut = inventory.leftOut
    }

    private static func judge(
        _ file: SetFile, _ inventory: SetInventory, _ logs: [LogFact], _ files: any FileSystem
    ) throws(BackupError) -> Database {
        guard let pair = file.header else { preconditionFailure("a database has a header") }
        let trailer = try SetInventory.trailer(of: file, in: files)
        let checkpoint = inventory.checkpoint(for: pair.header)
        let verdict = SetVerdict.judge(
            DatabaseFacts(pair.header), trailer: TrailerFact(trailer, header: pair.header), logs: logs,
            checkpoint: checkpoint)
        return Database(
            path: file.path, name: file.name, header: pair, trailer: trailer, checkpoint: checkpoint,
            verdict: verdict)
    }
}
