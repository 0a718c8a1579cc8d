internal import GRDB
internal import Platform

/// How a record lies in its table.
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
