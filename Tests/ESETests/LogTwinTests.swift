import ESE
import Platform
import TestSupport
import Testing

/// Generations that stand in two files, of which the engine opens the wrong one.
@Suite struct LogTwinTests {
    static func log(
        _ generation: Int32, name: String? = nil, seed: UInt64 = 1, minutes: Int? = nil,
        problem: ErrorCode? = nil
    ) -> LogFact {
        LogFact(
            name: name ?? LogName.archived(base: "E00", generation: generation, isLong: false),
            generation: Int(generation), signature: ESELog.signature(seed: seed),
            created: minutes.map { .test(minutes: $0) } ?? ESELog.created(generation),
            previousCreated: ESELog.created(generation - 1), problem: problem)
    }

    /// Logs 12 to 17, and a second file.
    static func verdict(_ twin: LogFact, used: String = "copy.log") -> SetVerdict {
        let place = Int(twin.generation) - 12
        var logs = (Int32(12)...17).map { log($0) }
        logs[place] = log(Int32(twin.generation), name: used)
        return SetVerdict.judge(SetVerdictTests.database(), logs: logs + [twin])
    }

    @Test("a damaged file under the archived name of a required log: -501")
    func damaged() {
        #expect(
            Self.verdict(Self.log(13, problem: .logFileCorrupt)).description
                == "not recoverable: -501 JET_errLogFileCorrupt: "
                + "log 13 (0xD) stands in two files, of which E000000D.log is damaged")
    }

    @Test("one of another stream: -530")
    func foreign() {
        #expect(
            Self.verdict(Self.log(13, seed: 8)).description
                == "not recoverable: -530 JET_errBadLogSignature: "
                + "log 13 (0xD) stands in two files, of which E000000D.log is of another log stream")
    }

    @Test("two of one stream with two times of creation: -515", arguments: ["E00.log", "e000000d.log"])
    func different(used: String) {
        #expect(
            Self.verdict(Self.log(13, minutes: 900), used: used).description.hasPrefix(
                "not recoverable: -515 JET_errInvalidLogSequence: "))
    }

    @Test("the restore of a backup copy has codes of its own")
    func restore() {
        func code(_ twin: LogFact) -> ErrorCode? {
            var logs = (Int32(12)...16).map { Self.log($0) }
            logs[2] = Self.log(14, name: "copy.log")
            let outcome = SetVerdict.judge(
                SetVerdictTests.copy(), trailer: .valid(low: 12, high: 16), logs: logs + [twin]
            ).outcome
            if case .notRecoverable(let refusal) = outcome { return refusal.code }
            return nil
        }
        #expect(code(Self.log(14, problem: .logFileCorrupt)) == .logFileCorrupt)
        #expect(code(Self.log(14, seed: 8)) == .givenLogFileHasBadSignature)
    }

    @Test("the twin of a committed log ends what comes back there")
    func committed() {
        #expect(
            Self.verdict(Self.log(17, problem: .logFileCorrupt)).outcome
                == .withLoss(last: 16, missing: [17...17]))
    }

    @Test("a file that claims another's generation by its name alone is its twin")
    func misnamed() {
        let misnamed = Self.log(14, name: "E000000F.log", problem: .logGenerationMismatch)
        var logs = (Int32(12)...17).map { Self.log($0) }
        logs[3] = Self.log(15, name: "E00.log")
        let verdict = SetVerdict.judge(SetVerdictTests.database(), logs: logs + [misnamed])
        #expect(verdict.description.hasPrefix("not recoverable: -501 JET_errLogFileCorrupt: log 15 "))
    }

    @Test("what the engine does not open is no twin")
    func harmless() {
        let harmless = [
            // Another stream's own names, and a name that no engine looks for.
            Self.log(13, name: "E010000D.log", seed: 8),
            Self.log(13, name: "old.bak", problem: .logFileCorrupt), Self.log(13),
        ]
        for log in harmless {
            let logs = (Int32(12)...17).map { Self.log($0) } + [log]
            for order in [logs, logs.reversed()] {
                #expect(
                    SetVerdict.judge(SetVerdictTests.database(), logs: order).outcome
                        == .complete(.soft, logs: 12...17))
            }
        }
    }

    @Test("a clean database with a twin cannot be rolled forward")
    func clean() {
        var facts = DatabaseFacts(logSignature: SetVerdictTests.signature)
        facts.lastConsistent = LogPosition(generation: 12, sector: 1, byte: 1)
        var logs = (Int32(12)...17).map { Self.log($0) }
        #expect(SetVerdict.judge(facts, logs: logs).outcome == .clean(canRollForward: true))
        logs.append(Self.log(14, name: "e000000e.log", problem: .logFileCorrupt))
        #expect(SetVerdict.judge(facts, logs: logs).outcome == .clean(canRollForward: false))
    }
}
