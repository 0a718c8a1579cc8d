/// Decides whether a database and the logs next to it can be recovered: the decision table of format notes 6.7.
package struct SetVerdict: Equatable, Sendable {
    package enum Recovery: Sendable {
        /// Replay from the checkpoint.
        case soft
        /// Restore of a streaming backup: the trailer is merged, then the logs replayed.
        case hard
    }

    package enum Outcome: Equatable, Sendable {
        /// Needs no logs; `canRollForward` when those there continue it.
        case clean(canRollForward: Bool)
        /// Everything that was committed comes back, with these logs.
        case complete(Recovery, logs: ClosedRange<Int>)
        /// Consistent with the logs up to `last`, but what was committed later is lost (-582).
        case withLoss(last: Int, missing: [ClosedRange<Int>])
        case notRecoverable(Refusal)
    }

    /// The error that recovery would end with.
    package struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        package let code: ErrorCode
        /// The fault, in words.
        package let sentence: String

        init(_ code: ErrorCode, _ sentence: String) {
            self.code = code
            self.sentence = sentence
        }

        package var description: String { "\(code.label): \(sentence)" }
    }

    package let outcome: Outcome
    package let warnings: [String]
    /// Facts that are no fault but useful, such as circular logging.
    package let notes: [String]

    /// Judges a set by its facts alone.
    ///
    /// - Parameters:
    ///   - logs: All logs there are, intact or not, of any stream, in any order. Whether their data counts is
    ///     for the caller: a fact made from the header alone is taken at its word.
    ///   - checkpoint: That next to the logs; nil when it was not looked for.
    package static func judge(
        _ database: DatabaseFacts, trailer: TrailerFact = .absent, logs: [LogFact],
        checkpoint: CheckpointFact? = nil
    ) -> SetVerdict {
        let coverage = LogCoverage(logs, signature: database.logSignature)
        var warnings = warnings(database, coverage)
        let outcome: Outcome
        do throws(Refusal) {
            let decided = try decide(database, trailer, coverage)
            switch decided {
            case .complete(.soft, _), .withLoss:
                warnings += try checkpoint?.warnings(database, coverage) ?? []
            // A clean database needs none, and restore of a backup copy makes its own.
            case .clean, .complete(.hard, _), .notRecoverable: break
            }
            outcome = decided
        } catch {
            outcome = .notRecoverable(error)
        }
        return SetVerdict(
            outcome: outcome, warnings: warnings, notes: LogChain.circularLogging(coverage.ordered))
    }

    private static func decide(
        _ database: DatabaseFacts, _ trailer: TrailerFact, _ logs: LogCoverage
    ) throws(Refusal) -> Outcome {
        switch database.state {
        case .justCreated: throw Refusal(.databaseDirtyShutdown, "its creation was never finished")
        case .beingConverted: throw Refusal(.databaseIncompleteUpgrade, "its conversion was never finished")
        case .incrementalReseedInProgress:
            throw Refusal(.databaseIncompleteIncrementalReseed, "an incremental reseed was never finished")
        case .revertInProgress: throw Refusal(.databaseDirtyShutdown, "a revert was never finished")
        default: break
        }
        if database.backupLow != 0 { return try hardRecovery(database, trailer, logs) }
        switch database.state {
        case .cleanShutdown: return .clean(canRollForward: canRollForward(database, logs))
        case .dirtyShutdown, .dirtyAndPatchedShutdown: return try softRecovery(database, logs)
        default: throw Refusal(.databaseDirtyShutdown, "its state is \(database.state)")
        }
    }

    /// True when the logs from the last consistent position on are there without a break.
    private static func canRollForward(_ database: DatabaseFacts, _ logs: LogCoverage) -> Bool {
        let first = Int(database.lastConsistent.generation)
        guard first > 0, let last = logs.last, first <= last else { return false }
        return logs.missing(first...last).isEmpty && logs.firstBreak(first...last) == nil
            && logs.firstTwin(first...last) == nil
    }

    private static func warnings(_ database: DatabaseFacts, _ logs: LogCoverage) -> [String] {
        var warnings: [String] = []
        if database.state == .dirtyAndPatchedShutdown {
            warnings.append("dirty and patched: earlier logs than the header names may be needed")
        }
        if database.repairs > 0 {
            warnings.append(
                "repaired \(database.repairs) times: no backup from before can be rolled forward into it")
        }
        if database.updateMajor > 300 {
            warnings.append("format update \(database.updateMajor) is newer than any known to this program")
        }
        if let first = logs.damaged.first {
            warnings.append(
                "\(logs.damaged.count) damaged \(logs.damaged.count == 1 ? "log" : "logs"), the first \(GenerationText.run(first...first))"
            )
        }
        if let first = logs.foreign.first {
            warnings.append(
                "\(logs.foreign.count) \(logs.foreign.count == 1 ? "log" : "logs") of another stream, the first \(GenerationText.run(first...first))"
            )
        }
        if let first = logs.doubled.first {
            warnings.append("two different logs of generation \(GenerationText.run(first...first))")
        }
        return warnings
    }
}

extension SetVerdict: CustomStringConvertible {
    package var isRecoverable: Bool { if case .notRecoverable = outcome { false } else { true } }

    /// One line: `recoverable, complete: needs logs 12-15 (0xC-0xF)`.
    package var description: String {
        switch outcome {
        case .clean: "recoverable, clean: needs no logs"
        case .complete(.soft, let logs): "recoverable, complete: needs \(GenerationText.logs(logs))"
        case .complete(.hard, let logs): "recoverable by restore: needs \(GenerationText.logs(logs))"
        case .withLoss(let last, let missing):
            "recoverable with loss after \(GenerationText.logs(last...last)): "
                + "\(ErrorCode.committedLogFilesMissing.label): \(GenerationText.runs(missing)) not there"
        case .notRecoverable(let refusal): "not recoverable: \(refusal)"
        }
    }
}

extension SetVerdict: Encodable {
    private enum CodingKeys: CodingKey {
        case outcome, recoverable, summary, requiredLogs, missingLogs, error, warnings, notes
    }

    private struct Run: Encodable {
        let first: Int
        let last: Int
        init(_ range: ClosedRange<Int>) {
            first = range.lowerBound
            last = range.upperBound
        }
    }

    /// `outcome` is one of `clean`, `complete`, `restore`, `loss`, `not_recoverable`; `error` a code or null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isRecoverable, forKey: .recoverable)
        try container.encode(description, forKey: .summary)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(notes, forKey: .notes)
        try container.encode(word, forKey: .outcome)
        var required: Run?
        var missing: [Run] = []
        var error: ErrorCode?
        switch outcome {
        case .clean: break
        case .complete(_, let logs): required = Run(logs)
        case .withLoss(_, let runs):
            missing = runs.map(Run.init)
            error = .committedLogFilesMissing
        case .notRecoverable(let refusal): error = refusal.code
        }
        try container.encode(required, forKey: .requiredLogs)
        try container.encode(missing, forKey: .missingLogs)
        try container.encode(error, forKey: .error)
    }

    private var word: String {
        switch outcome {
        case .clean: "clean"
        case .complete(.soft, _): "complete"
        case .complete(.hard, _): "restore"
        case .withLoss: "loss"
        case .notRecoverable: "not_recoverable"
        }
    }
}
