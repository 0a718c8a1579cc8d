internal import GRDB

/// The tables of the history, and how a database of an older version becomes one of this.
///
/// A migration that was released is never changed: what is new is another one behind it.
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
