internal import GRDB
package import Platform

/// Records the runs of this host in a SQLite database in the state folder.
///
/// It is for people and monitors, and nothing that ships, proves or restores reads it: it may be deleted at any time. Several runs
/// may use it at once. SQLite opens the file itself, so this is the one place where files are not reached through the seam.
/// Only its owner may read it, as what a source's command has said on standard error is part of a failure.
package struct RunHistory: Sendable {
    package static let mostDays: Int64 = 400
    package let path: String
    /// Rows beyond which the oldest are dropped.
    private let mostRows: Int
    /// How long it waits for others that use it.
    private let busySeconds: Double
    private let files: any FileSystem
    private let tell: @Sendable (String) -> Void

    /// - Parameter tell: Is told when a damaged one was put aside.
    package init(
        in folder: String, _ files: any FileSystem, mostRows: Int = 100_000, busySeconds: Double = 10,
        tell: @escaping @Sendable (String) -> Void
    ) {
        path = "\(folder)/history.sqlite"
        self.mostRows = mostRows
        self.busySeconds = busySeconds
        self.files = files
        self.tell = tell
    }

    /// Adds what a run did, and drops what is too old.
    package func add(_ records: [RunRecord], now: Timestamp) throws(HistoryError) {
        try write { database in
            for record in records { try Self.insert(record, database) }
            try drop(before: now, database)
        }
    }

    /// Replaces what was made again of a job at a target by what its store knows now.
    ///
    /// Runs that this host recorded itself stay and are not duplicated.
    /// - Returns: How many rows were made.
    package func rebuild(
        _ records: [RunRecord], of job: Name, at target: Name, now: Timestamp
    ) throws(HistoryError) -> Int {
        try write { database in
            let place: StatementArguments = [job.description, target.description]
            try database.execute(
                sql: "DELETE FROM run WHERE is_rebuilt AND job = ? AND target = ?", arguments: place)
            let rows = try Row.fetchAll(
                database, sql: "\(RunRecord.selection) WHERE job = ? AND target = ?", arguments: place)
            let known = rows.compactMap { RunRecord($0) }
            let points = Set(known.filter { RunRecord.makers.contains($0.verb) }.compactMap(\.pointID))
            let runs = Set(known.compactMap { record in record.runID.map { [record.verb, $0] } })
            let missing = records.filter { record in
                if let point = record.pointID { return !points.contains(point) }
                return record.runID.map { !runs.contains([record.verb, $0]) } ?? true
            }
            for record in missing { try Self.insert(record, database) }
            try drop(before: now, database)
            return missing.count
        }
    }

    /// Returns the recorded runs, oldest first; none if there is no database yet.
    ///
    /// - Parameters:
    ///   - job: Nil for all.
    ///   - since: Runs that ended earlier are left out; nil for all.
    package func runs(of job: Name? = nil, since: Timestamp? = nil) throws(HistoryError) -> [RunRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    \(RunRecord.selection) WHERE (? IS NULL OR job = ?) AND ended >= ? ORDER BY ended, id
                    """,
                arguments: [
                    job?.description, job?.description, since?.nanoseconds ?? Int64.min,
                ])
        }
    }

    /// The records of each job's last run that was to make a point, one for each target it came to; what is not known
    /// of a job is not there.
    package func lastRuns(of jobs: [Name]) throws(HistoryError) -> [RunRecord] {
        let makers = RunRecord.makers.map { "'\($0)'" }.joined(separator: ", ")
        let isOne = "job = ? AND job_exit_code IS NOT NULL AND verb IN (\(makers))"
        return try read { database in
            try jobs.flatMap { job in
                try Row.fetchAll(
                    database,
                    sql: """
                        \(RunRecord.selection)
                        WHERE \(isOne) AND run_id = (
                            SELECT run_id FROM \(RunRecord.table) WHERE \(isOne)
                            ORDER BY ended DESC, id DESC LIMIT 1)
                        ORDER BY id
                        """, arguments: [job.description, job.description])
            }
        }
    }

    /// The last run that was to make a point at a target, and came to something there; nil where none is known.
    ///
    /// A run that ended before it came to any target counts where it failed. One that found the job's own lock taken
    /// has not begun, and says nothing of the one before it.
    package func lastRun(of job: Name, at target: Name) throws(HistoryError) -> RunRecord? {
        let makers = RunRecord.makers.map { "'\($0)'" }.joined(separator: ", ")
        return try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    \(RunRecord.selection)
                    WHERE job = ? AND job_exit_code IS NOT NULL AND verb IN (\(makers)) AND CASE
                        WHEN target IS NULL THEN exit_code NOT IN (0, \(RunRecord.lockedCode))
                        ELSE target = ? AND (exit_code <> 0 OR point_id IS NOT NULL) END
                    ORDER BY ended DESC, id DESC LIMIT 1
                    """, arguments: [job.description, target.description])
        }.first
    }

    private static func insert(_ record: RunRecord, _ database: Database) throws {
        try database.execute(sql: RunRecord.insertion, arguments: record.arguments)
    }

    private func drop(before now: Timestamp, _ database: Database) throws {
        let oldest = Timestamp(seconds: now.seconds - Self.mostDays * 86_400)
        try database.execute(sql: "DELETE FROM run WHERE ended < ?", arguments: [oldest.nanoseconds])
        try database.execute(
            sql: """
                DELETE FROM run WHERE id IN
                (SELECT id FROM run ORDER BY ended DESC, id DESC LIMIT -1 OFFSET \(mostRows))
                """)
    }
}

extension RunHistory {
    private func read(_ body: (Database) throws -> [Row]) throws(HistoryError) -> [RunRecord] {
        do throws(SystemError) {
            guard try files.status(path) != nil else { return [] }
        } catch { throw HistoryError(path, wrapping: error) }
        return try mending { try open(.reading).read { try body($0).compactMap { RunRecord($0) } } }
    }

    private func write<R>(_ body: (Database) throws -> R) throws(HistoryError) -> R {
        try mending { try open(.writing).write(body) }
    }

    private enum Access { case reading, writing }

    private func open(_ access: Access) throws -> DatabaseQueue {
        // SQLite opens it by itself.
        if let there = try files.status(path), there.kind != .regular {
            throw HistoryError(path, "not a regular file")
        }
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(busySeconds)
        if access == .writing {
            // With this, GRDB writes whenever it opens: a reader would wait for whoever is writing.
            configuration.journalMode = .wal
            try makeFile()
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let migrator = HistorySchema.migrator
        guard try queue.read({ try !migrator.hasBeenSuperseded($0) }) else {
            throw HistoryError(path, "a newer version of hybridrep has made it")
        }
        try migrator.migrate(queue)
        return queue
    }

    /// Makes it empty, and the folder that it is in, for no one else to read, before SQLite would with another mode.
    private func makeFile() throws(SystemError) {
        guard try files.status(path) == nil else { return }
        try files.makeFolder(PathText.folder(of: path))
        do throws(SystemError) { _ = try files.open(path, .create) } catch {
            // Another run was faster.
            guard error.code == SystemError.existsCode else { throw error }
        }
    }

    /// Does it, and where the file is damaged, once more with a new one.
    private func mending<R>(_ body: () throws -> R) throws(HistoryError) -> R {
        let before = try? files.status(path)
        do { return try body() } catch {
            let failure = HistoryError(path, wrapping: error)
            guard failure.isDamage, let before else { throw failure }
            try putAside(before, because: failure)
        }
        do { return try body() } catch { throw HistoryError(path, wrapping: error) }
    }

    /// - Parameter damaged: The file that was found damaged; where another run has replaced it meanwhile, the new one stays.
    private func putAside(_ damaged: FileStatus, because failure: HistoryError) throws(HistoryError) {
        do throws(SystemError) {
            guard try files.status(path)?.inode == damaged.inode else { return }
            // The file itself last: without it, what it wrote ahead would be taken for that of the next.
            for suffix in ["-wal", "-shm", ""] where try files.status(path + suffix) != nil {
                try files.rename(path + suffix, to: path + ".damaged" + suffix)
            }
        } catch { throw HistoryError(path, wrapping: error) }
        tell("\(failure); it is put aside as \(path).damaged, and begun anew")
    }
}

/// The tables of the history, and how a database of an older version becomes one of this.
///
/// A migration that was released is never changed: what is new is another one after it.
enum HistorySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 runs") { database in
            try database.create(table: RunRecord.table) { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("run_id", .text)
                table.column("verb", .text).notNull()
                table.column("job", .text).notNull()
                table.column("target", .text)
                table.column("begun", .integer).notNull()
                table.column("ended", .integer).notNull()
                for name in ["exit_code", "job_exit_code"] { table.column(name, .integer) }
                table.column("point_id", .text)
                for name in ["bytes_sent", "bytes_received", "changed_bytes", "image_bytes"] {
                    table.column(name, .integer)
                }
                table.column("error", .text)
                table.column("is_rebuilt", .boolean).notNull()
            }
            try database.create(index: "run_by_time", on: RunRecord.table, columns: ["ended"])
            try database.create(index: "run_by_job", on: RunRecord.table, columns: ["job", "ended"])
        }
        return migrator
    }
}
