internal import GRDB
package import Platform

/// One run of one job at one target, as recorded by the host that ran it.
package struct RunRecord: Equatable, Sendable {
    /// Verbs that make points: the last of these is a job's last run.
    package static let makers = ["run", "backup", "push", "reconcile"]
    /// Exit code of a run that found a lock taken: the job's, where it has no target, or else the one at the store.
    static let lockedCode = 11

    /// Nil where it is not known any more.
    package var runID: String?
    /// As it was typed: `run`, `verify`.
    package var verb: String
    package var job: Name
    /// Nil where the run came to no target, or to a store that the configuration does not name.
    package var target: Name?
    package var begun: Timestamp
    package var ended: Timestamp
    /// Of this target; nil where it is not known.
    package var exitCode: Int?
    /// Of the whole run of the job, over all targets.
    package var jobExitCode: Int?
    package var pointID: String?
    package var sentBytes: Int?
    package var receivedBytes: Int?
    /// Of the image, those in blocks that changed.
    package var changedBytes: Int?
    package var imageBytes: Int?
    /// One line; nil where nothing failed.
    package var error: String?
    /// True if it was rebuilt from a store.
    package var isRebuilt = false

    package init(verb: String, job: Name, target: Name?, begun: Timestamp, ended: Timestamp) {
        self.verb = verb
        self.job = job
        self.target = target
        self.begun = begun
        self.ended = ended
    }

    /// Neither good nor unknown.
    package var hasFailed: Bool { (exitCode ?? 0) != 0 }
}

/// The row of a record in its table.
extension RunRecord {
    static let table = "run"
    /// Characters that are kept of what failed, so that the rows there may be have a bound.
    static let longestError = 500
    static let columns = [
        "run_id", "verb", "job", "target", "begun", "ended", "exit_code", "job_exit_code", "point_id",
        "bytes_sent", "bytes_received", "changed_bytes", "image_bytes", "error", "is_rebuilt",
    ]

    /// Names each column: what lacks one is an error of SQLite's, not of the program.
    static let selection = "SELECT \(columns.joined(separator: ", ")) FROM \(table)"

    static let insertion =
        "INSERT INTO \(table) (\(columns.joined(separator: ", "))) "
        + "VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"

    /// In the order of ``columns``; times are nanoseconds since 1970.
    var arguments: StatementArguments {
        [
            runID, verb, job.description, target?.description, begun.nanoseconds, ended.nanoseconds, exitCode,
            jobExitCode, pointID, sentBytes, receivedBytes, changedBytes, imageBytes,
            error.map { String($0.prefix(Self.longestError)) }, isRebuilt,
        ]
    }

    /// Nil for a row that no version of this program writes.
    init?(_ row: Row) {
        guard let verb = String.fromDatabaseValue(row["verb"]),
            let job = String.fromDatabaseValue(row["job"]).flatMap({ Name($0) }),
            let begun = Int64.fromDatabaseValue(row["begun"]),
            let ended = Int64.fromDatabaseValue(row["ended"])
        else { return nil }
        func number(_ column: String) -> Int? { Int.fromDatabaseValue(row[column]) }
        func text(_ column: String) -> String? { String.fromDatabaseValue(row[column]) }
        self.init(
            verb: verb, job: job, target: text("target").flatMap { Name($0) },
            begun: Timestamp(nanoseconds: begun), ended: Timestamp(nanoseconds: ended))
        runID = text("run_id")
        exitCode = number("exit_code")
        jobExitCode = number("job_exit_code")
        pointID = text("point_id")
        sentBytes = number("bytes_sent")
        receivedBytes = number("bytes_received")
        changedBytes = number("changed_bytes")
        imageBytes = number("image_bytes")
        error = text("error")
        isRebuilt = number("is_rebuilt") == 1
    }
}

/// The history could not be read or written; nothing else depends on it.
package struct HistoryError: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: String
    package let reason: String
    /// True if the file is no longer a database.
    let isDamage: Bool

    /// The command to type next.
    package var hint: String {
        "nothing depends on it; if it stays so, move it away and have it made again: hybridrep history --rebuild"
    }

    init(_ path: String, _ reason: String, isDamage: Bool = false) {
        self.path = path
        self.reason = reason
        self.isDamage = isDamage
    }

    init(_ path: String, wrapping error: any Error) {
        switch error {
        case let error as HistoryError: self = error
        case let error as DatabaseError:
            let damage: [ResultCode] = [.SQLITE_CORRUPT, .SQLITE_NOTADB]
            self.init(
                path, error.message ?? "SQLite error \(error.resultCode.rawValue)",
                isDamage: damage.contains(error.resultCode))
        default: self.init(path, "\(error)")
        }
    }

    package var description: String { "history \(path): \(reason)" }
}
