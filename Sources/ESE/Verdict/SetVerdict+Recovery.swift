extension SetVerdict {
    /// Replay of the logs that a dirty database needs (6.6, soft recovery).
    static func softRecovery(_ database: DatabaseFacts, _ logs: LogCoverage) throws(Refusal) -> Outcome {
        let required = try requiredLogs(database)
        let last = required.upperBound
        // Engines before 2007 know no committed generation and leave 0.
        let committed = max(database.committed, last)
        if let run = logs.missing(required).first {
            throw Refusal(.requiredLogFilesMissing, absence(of: run, from: required, logs))
        }
        if let twin = logs.firstTwin(required) { throw Refusal(twin.code, twin.sentence) }
        if let broken = logs.firstBreak(required) {
            throw Refusal(broken.code, discontinuity(broken))
        }
        try checkCreation(last, database.maximumCreated, logs)
        try checkCreation(committed, database.committedCreated, logs)
        guard last < committed else { return .complete(.soft, logs: required) }
        var missing = logs.missing(last + 1...committed)
        let ends = [
            logs.firstBreak(last...committed)?.generation, logs.firstTwin(last + 1...committed)?.generation,
        ]
        if let next = ends.compactMap({ $0 }).min() {
            // What follows a break belongs to another history, and replay does not get past a wrong file: as
            // good as not there.
            missing = missing.filter { $0.lowerBound < next } + [next...committed]
        }
        guard let first = missing.first else {
            return .complete(.soft, logs: required.lowerBound...committed)
        }
        return .withLoss(last: first.lowerBound - 1, missing: missing)
    }

    /// Restore of a streaming backup (6.6, hard recovery).
    static func hardRecovery(
        _ database: DatabaseFacts, _ trailer: TrailerFact, _ logs: LogCoverage
    ) throws(Refusal) -> Outcome {
        let range: ClosedRange<Int>
        switch trailer {
        case .absent: throw Refusal(.badPatchPage, "the last page of the backup copy is not its trailer")
        case .mismatched:
            throw Refusal(.databasePatchFileMismatch, "the trailer is that of another backup or database")
        case .valid(let low, let high):
            guard low <= high else {
                throw Refusal(.badPatchPage, "the trailer names logs \(low) to \(high), which is no range")
            }
            let lowest = database.minimumRequired > 0 ? min(low, database.minimumRequired) : low
            range = lowest...max(high, database.maximumRequired)
        }
        if let run = logs.missing(range).first {
            let first = run.lowerBound
            let code: ErrorCode =
                if let damage = logs.damage(first), damage == .logTornWriteDuringHardRestore {
                    damage
                } else if logs.isDamaged(first) {
                    .logFileCorrupt
                } else if logs.isForeign(first) {
                    .givenLogFileHasBadSignature
                } else if run == range {
                    .missingRestoreLogFiles
                } else if first == range.lowerBound {
                    .startingRestoreLogTooHigh
                } else {
                    run.upperBound == range.upperBound ? .endingRestoreLogTooLow : .missingRestoreLogFiles
                }
            throw Refusal(code, absence(of: run, from: range, logs))
        }
        if let twin = logs.firstTwin(range) { throw Refusal(twin.restoreCode, twin.sentence) }
        if let broken = logs.firstBreak(range) {
            let isTime = broken.code == .invalidLogSequence
            throw Refusal(isTime ? .givenLogFileIsNotContiguous : broken.code, discontinuity(broken))
        }
        return .complete(.hard, logs: range)
    }

    private static func requiredLogs(_ database: DatabaseFacts) throws(Refusal) -> ClosedRange<Int> {
        let low = database.minimumRequired
        let high = database.maximumRequired
        guard (low, high) != (0, 0) else {
            throw Refusal(.databaseDirtyShutdown, "dirty, and its header names no logs to recover with")
        }
        guard low > 0, low <= high, database.committed >= 0 else {
            throw Refusal(.databaseCorrupted, "its header requires logs \(low) to \(high), which is no range")
        }
        return low...high
    }

    /// The log must be the very one the database was written with, not a later one of the same number.
    private static func checkCreation(
        _ generation: Int, _ expected: LogTime, _ logs: LogCoverage
    ) throws(Refusal) {
        guard !expected.isUnset, let log = logs.log(generation), log.created != expected else { return }
        throw Refusal(
            .requiredLogFilesMissing,
            "\(GenerationText.logs(generation...generation)) was created \(log.created), "
                + "the one required \(expected)")
    }

    /// `logs 12-15 (0xC-0xF) required, 13 (0xD) not there`.
    private static func absence(
        of run: ClosedRange<Int>, from required: ClosedRange<Int>, _ logs: LogCoverage
    ) -> String {
        let which = run == required ? "" : " \(GenerationText.run(run))"
        return "\(GenerationText.logs(required)) required,\(which) \(logs.reason(run.lowerBound))"
    }

    private static func discontinuity(_ broken: LogCoverage.Break) -> String {
        let log = "log \(GenerationText.one(broken.generation))"
        let before = "log \(GenerationText.one(broken.generation - 1))"
        return broken.code == .logSequenceChecksumMismatch
            ? "\(log) was begun behind another log than this \(before)" : "\(log) does not continue \(before)"
    }
}
