import ESE
import Platform
import TestSupport
import Testing

/// One test for each row of the decision table (format notes 6.7), then the codes in between.
@Suite struct SetVerdictTests {
    static let signature = ESELog.signature(seed: 1)

    static func logs(_ generations: ClosedRange<Int32>, without: Set<Int32> = []) -> [LogFact] {
        generations.filter { !without.contains($0) }.map { LogChainTests.fact($0) }
    }

    static func database(
        _ state: DatabaseState = .dirtyShutdown, _ range: ClosedRange<Int> = 12...15, committed: Int = 17
    ) -> DatabaseFacts {
        var facts = DatabaseFacts(state: state, logSignature: signature)
        facts.minimumRequired = range.lowerBound
        facts.maximumRequired = range.upperBound
        facts.committed = committed
        facts.maximumCreated = ESELog.created(Int32(range.upperBound))
        facts.committedCreated = ESELog.created(Int32(committed))
        return facts
    }

    static func outcome(_ database: DatabaseFacts, _ logs: [LogFact]) -> SetVerdict.Outcome {
        SetVerdict.judge(database, logs: logs).outcome
    }

    static func refusal(_ database: DatabaseFacts, _ trailer: TrailerFact = .absent, _ logs: [LogFact])
        -> String
    {
        guard
            case .notRecoverable(let refusal) = SetVerdict.judge(database, trailer: trailer, logs: logs)
                .outcome
        else { return "recoverable" }
        return "\(refusal)"
    }

    static func refusal(_ database: DatabaseFacts, _ logs: [LogFact]) -> String {
        refusal(database, .absent, logs)
    }

    // MARK: Clean

    @Test("clean: recoverable whatever the logs")
    func clean() {
        var facts = DatabaseFacts(logSignature: Self.signature)
        #expect(Self.outcome(facts, []) == .clean(canRollForward: false))
        facts.lastConsistent = LogPosition(generation: 4, sector: 1, byte: 1)
        #expect(Self.outcome(facts, Self.logs(4...9)) == .clean(canRollForward: true))
        #expect(Self.outcome(facts, Self.logs(5...9)) == .clean(canRollForward: false))
        #expect(Self.outcome(facts, Self.logs(3...9, without: [6])) == .clean(canRollForward: false))
    }

    // MARK: Dirty

    @Test("dirty with every committed log: complete")
    func complete() {
        #expect(Self.outcome(Self.database(), Self.logs(10...20)) == .complete(.soft, logs: 12...17))
        #expect(
            Self.outcome(Self.database(committed: 15), Self.logs(12...15)) == .complete(.soft, logs: 12...15))
    }

    @Test("engines without a committed generation need the required ones")
    func noCommitted() {
        var facts = Self.database(committed: 0)
        facts.committedCreated = ESELog.created(15)
        #expect(Self.outcome(facts, Self.logs(12...15)) == .complete(.soft, logs: 12...15))
    }

    @Test("dirty with required but not all committed logs: loss")
    func loss() {
        #expect(Self.outcome(Self.database(), Self.logs(12...15)) == .withLoss(last: 15, missing: [16...17]))
        #expect(
            Self.outcome(Self.database(), Self.logs(12...17, without: [16]))
                == .withLoss(last: 15, missing: [16...16]))
        let verdict = SetVerdict.judge(Self.database(), logs: Self.logs(12...16))
        #expect(
            verdict.description == "recoverable with loss after log 16 (0x10): "
                + "-582 JET_errCommittedLogFilesMissing: 17 (0x11) not there")
    }

    @Test("a committed log of another history is as good as missing")
    func lossByBreak() {
        var logs = Self.logs(12...17)
        logs[4] = LogFact(
            name: "x", generation: 16, signature: Self.signature, created: ESELog.created(16),
            previousCreated: .test(minutes: 800))
        #expect(Self.outcome(Self.database(), logs) == .withLoss(last: 15, missing: [16...17]))
    }

    @Test("dirty without a required log: -543")
    func required() {
        var facts = Self.database(.dirtyShutdown, 124...124, committed: 124)
        facts.maximumCreated = .unset
        #expect(
            Self.refusal(facts, [])
                == "-543 JET_errRequiredLogFilesMissing: log 124 (0x7C) required, not there")
        #expect(
            Self.refusal(Self.database(), Self.logs(12...17, without: [13, 14]))
                == "-543 JET_errRequiredLogFilesMissing: logs 12-15 (0xC-0xF) required, 13-14 (0xD-0xE) not there"
        )
    }

    @Test("a damaged required log: -543")
    func damaged() {
        var logs = Self.logs(12...17)
        logs[1] = LogChainTests.fact(13, problem: .logFileCorrupt)
        #expect(
            Self.refusal(Self.database(), logs)
                == "-543 JET_errRequiredLogFilesMissing: logs 12-15 (0xC-0xF) required, 13 (0xD) damaged")
    }

    @Test("a required log of another stream: -543")
    func foreign() {
        var logs = Self.logs(12...17)
        logs[0] = LogChainTests.fact(12, seed: 8)
        #expect(
            Self.refusal(Self.database(), logs)
                == "-543 JET_errRequiredLogFilesMissing: logs 12-15 (0xC-0xF) required, "
                + "12 (0xC) of another log stream")
    }

    @Test("a broken chain among the required logs: -515")
    func broken() {
        var logs = Self.logs(12...17)
        logs[2] = LogFact(
            name: "x", generation: 14, signature: Self.signature, created: ESELog.created(14),
            previousCreated: .test(minutes: 800))
        #expect(
            Self.refusal(Self.database(), logs)
                == "-515 JET_errInvalidLogSequence: log 14 (0xE) does not continue log 13 (0xD)")
    }

    @Test("a log of the right number and another creation time: -543", arguments: [15, 17])
    func otherCreation(generation: Int) {
        var facts = Self.database()
        if generation == 15 {
            facts.maximumCreated = .test(minutes: 1)
        } else {
            facts.committedCreated = .test(minutes: 1)
        }
        #expect(
            Self.refusal(facts, Self.logs(12...17)).hasPrefix(
                "-543 JET_errRequiredLogFilesMissing: log \(generation) "))
    }

    @Test func dirtyWithoutRangeIsDirty() {
        var facts = Self.database()
        (facts.minimumRequired, facts.maximumRequired) = (0, 0)
        #expect(Self.refusal(facts, Self.logs(1...9)).hasPrefix("-550 JET_errDatabaseDirtyShutdown: "))
        (facts.minimumRequired, facts.maximumRequired) = (9, 3)
        #expect(Self.refusal(facts, Self.logs(1...9)).hasPrefix("-1206 JET_errDatabaseCorrupted: "))
    }

    @Test("a range over all generations costs no more than the logs there are")
    func hugeRange() {
        var facts = Self.database(.dirtyShutdown, 1...Int(Int32.max), committed: Int(Int32.max))
        facts.maximumCreated = .unset
        #expect(Self.refusal(facts, Self.logs(1...3)).contains("4-2147483647"))
    }

    // MARK: Backup copies

    static func copy() -> DatabaseFacts {
        var facts = database(.dirtyShutdown, 13...14, committed: 14)
        facts.backupLow = 12
        return facts
    }

    @Test("a backup copy with trailer and all logs: hard recovery")
    func hard() {
        let verdict = SetVerdict.judge(
            Self.copy(), trailer: .valid(low: 12, high: 16), logs: Self.logs(12...16))
        #expect(verdict.outcome == .complete(.hard, logs: 12...16))
        #expect(verdict.description == "recoverable by restore: needs logs 12-16 (0xC-0x10)")
    }

    @Test("a backup copy whose trailer is bad: -535 or -552")
    func trailers() {
        #expect(
            Self.refusal(Self.copy(), .absent, Self.logs(12...16)).hasPrefix("-535 JET_errBadPatchPage: "))
        #expect(
            Self.refusal(Self.copy(), .mismatched, Self.logs(12...16)).hasPrefix(
                "-552 JET_errDatabasePatchFileMismatch: "))
    }

    @Test(
        "a backup copy without all its logs",
        arguments: [
            ([], "-557 JET_errMissingRestoreLogFiles"),
            ([13, 14, 15, 16], "-554 JET_errStartingRestoreLogTooHigh"),
            ([12, 13, 14], "-553 JET_errEndingRestoreLogTooLow"),
            ([12, 13, 15, 16], "-557 JET_errMissingRestoreLogFiles"),
        ] as [([Int32], String)])
    func hardGaps(there: [Int32], code: String) {
        let logs = there.map { LogChainTests.fact($0) }
        #expect(Self.refusal(Self.copy(), .valid(low: 12, high: 16), logs).hasPrefix(code + ": logs 12-16"))
    }

    @Test func hardDamage() {
        var logs = Self.logs(12...16)
        logs[2] = LogChainTests.fact(14, problem: .logFileCorrupt)
        #expect(
            Self.refusal(Self.copy(), .valid(low: 12, high: 16), logs).hasPrefix(
                "-501 JET_errLogFileCorrupt: "))
        logs[2] = LogChainTests.fact(14, seed: 9)
        #expect(
            Self.refusal(Self.copy(), .valid(low: 12, high: 16), logs).hasPrefix(
                "-555 JET_errGivenLogFileHasBadSignature: "))
        logs[2] = LogFact(
            name: "x", generation: 14, signature: Self.signature, created: .test(minutes: 800),
            previousCreated: ESELog.created(13))
        #expect(
            Self.refusal(Self.copy(), .valid(low: 12, high: 16), logs)
                == "-556 JET_errGivenLogFileIsNotContiguous: log 15 (0xF) does not continue log 14 (0xE)")
    }

    // MARK: Other states

    @Test(
        "states that nothing can be done with",
        arguments: [
            (.justCreated, "-550 "), (.beingConverted, "-563 JET_errDatabaseIncompleteUpgrade"),
            (.incrementalReseedInProgress, "-1226 JET_errDatabaseIncompleteIncrementalReseed"),
            (.revertInProgress, "-550 "), (.forceDetach, "-550 "), (DatabaseState(rawValue: 77), "-550 "),
        ] as [(DatabaseState, String)])
    func unusable(state: DatabaseState, code: String) {
        #expect(Self.refusal(Self.database(state), Self.logs(12...17)).hasPrefix(code))
    }

    @Test func dirtyAndPatchedIsDirtyWithAWarning() {
        let verdict = SetVerdict.judge(Self.database(.dirtyAndPatchedShutdown), logs: Self.logs(12...17))
        #expect(verdict.outcome == .complete(.soft, logs: 12...17))
        #expect(verdict.warnings == ["dirty and patched: earlier logs than the header names may be needed"])
    }

    @Test func repairsAndStrangeLogsAreWarnings() {
        var facts = Self.database(committed: 15)
        facts.repairs = 2
        facts.updateMajor = 310
        let logs =
            Self.logs(12...15) + [
                LogChainTests.fact(3, problem: .logFileCorrupt), LogChainTests.fact(4, seed: 7),
            ]
        #expect(
            SetVerdict.judge(facts, logs: logs).warnings == [
                "repaired 2 times: no backup from before can be rolled forward into it",
                "format update 310 is newer than any known to this program",
                "1 damaged log, the first 3 (0x3)", "1 log of another stream, the first 4 (0x4)",
            ])
    }

    @Test("every code names itself as the engine does")
    func codes() {
        #expect(ErrorCode.readVerifyFailure.label == "-1018 JET_errReadVerifyFailure")
        #expect(ErrorCode.readPageNumberVerifyFailure.label == "-1118 JET_errReadPgnoVerifyFailure")
        #expect(Set(ErrorCode.allCases.map(\.name)).count == ErrorCode.allCases.count)
    }
}
