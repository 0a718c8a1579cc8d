import ESE
import Platform
import TestSupport
import Testing

/// Whole sets with one thing wrong, judged by the bytes of their files: the right error each time.
@Suite struct SetProofTests {
    typealias Log = (name: String, bytes: [UInt8])

    /// A dirty database that requires logs 1 to 6 and has committed 7, with 8 logs.
    static func logs(_ format: ESELogStream.Format) -> [Log] { whole[format]?.logs ?? [] }

    /// The sets without anything wrong; made and read once, as most of each is what every test has.
    private static let whole: [ESELogStream.Format: (logs: [Log], facts: [LogFact])] = {
        var sets: [ESELogStream.Format: (logs: [Log], facts: [LogFact])] = [:]
        for format in ESELogStream.Format.allCases {
            let stream = ESELogStream(seed: 1) {
                $0.format = format
                $0.hasShadow = true
            }
            let logs = stream.logs(1...8)
            sets[format] = (logs, logs.map(read))
        }
        return sets
    }()

    static let header: HeaderPair? = {
        let database = ESEDatabase { $0.required = .init(1...6, committed: 7) }
        return try? HeaderPair.find(in: (database.slot(0) + database.slot(1)).span)
    }()

    static func facts(_ logs: [Log]) -> [LogFact] {
        logs.map { log in
            for set in whole.values {
                if let index = set.logs.firstIndex(where: { $0 == log }) { return set.facts[index] }
            }
            return read(log)
        }
    }

    private static func read(_ log: Log) -> LogFact {
        do throws(LogHeaderError) {
            let header = try LogHeader(parsing: log.bytes.span)
            var check = LogDataCheck(header)
            check.append(log.bytes.span)
            return LogFact(name: log.name, header: header, fileBytes: log.bytes.count, data: check.finish())
        } catch { return LogFact(name: log.name, unreadable: error) }
    }

    static func verdict(_ logs: [Log], checkpoint: CheckpointFact? = nil) throws -> SetVerdict {
        try verdict(facts(logs), checkpoint: checkpoint)
    }

    static func verdict(_ facts: [LogFact], checkpoint: CheckpointFact? = nil) throws -> SetVerdict {
        let header = try #require(header).header
        return SetVerdict.judge(DatabaseFacts(header), logs: facts, checkpoint: checkpoint)
    }

    /// The codes of chain and verdict after a change: `-528 -543`.
    static func codes(
        _ format: ESELogStream.Format, _ change: (inout [Log]) throws -> Void
    ) throws -> String {
        var logs = logs(format)
        try change(&logs)
        let facts = facts(logs)
        let chain = LogChain(facts).firstError.map { "\($0.rawValue)" } ?? "good"
        switch try verdict(facts).outcome {
        case .clean, .complete: return "\(chain) good"
        case .withLoss(let last, _): return "\(chain) -582 after \(last)"
        case .notRecoverable(let refusal): return "\(chain) \(refusal.code.rawValue)"
        }
    }

    static func reseal(_ bytes: inout [UInt8], _ change: (inout [UInt8]) -> Void) {
        var header = Array(bytes[..<4096])
        change(&header)
        header.sealHeader()
        bytes.put(header, at: 0)
    }

    @Test("sets as they were made are whole", arguments: ESELogStream.Format.allCases)
    func whole(format: ESELogStream.Format) throws {
        #expect(try Self.codes(format) { _ in } == "good good")
    }

    @Test("each log removed", arguments: ESELogStream.Format.allCases, 0..<8)
    func removed(format: ESELogStream.Format, index: Int) throws {
        let verdict = index < 6 ? "-543" : index == 6 ? "-582 after 6" : "good"
        let chain = index == 0 || index == 7 ? "good" : "-528"
        #expect(try Self.codes(format) { $0.remove(at: index) } == "\(chain) \(verdict)")
    }

    @Test("each log cut short", arguments: ESELogStream.Format.allCases, 0..<8)
    func truncated(format: ESELogStream.Format, index: Int) throws {
        let verdict = index < 6 ? "-543" : index == 6 ? "-582 after 6" : "good"
        #expect(try Self.codes(format) { $0[index].bytes.removeLast(512) } == "-501 \(verdict)")
        #expect(try Self.codes(format) { $0[index].bytes.removeLast(65_000) } == "-501 \(verdict)")
        #expect(try Self.codes(format) { $0[index].bytes = [] } == "-501 \(verdict)")
    }

    @Test("two logs under each other's names", arguments: ESELogStream.Format.allCases, 0..<6)
    func swapped(format: ESELogStream.Format, index: Int) throws {
        let codes = try Self.codes(format) { logs in
            (logs[index].bytes, logs[index + 1].bytes) = (logs[index + 1].bytes, logs[index].bytes)
        }
        #expect(codes == "-513 -543")
    }

    @Test("each log of another stream", arguments: ESELogStream.Format.allCases, 0..<7)
    func foreign(format: ESELogStream.Format, index: Int) throws {
        let codes = try Self.codes(format) { logs in
            Self.reseal(&logs[index].bytes) { $0.put(ESELog.signature(seed: 9), at: 44) }
        }
        #expect(codes == "-530 \(index < 6 ? "-543" : "-582 after 6")")
    }

    @Test("each log of another history", arguments: ESELogStream.Format.allCases, 1..<7)
    func otherTime(format: ESELogStream.Format, index: Int) throws {
        let codes = try Self.codes(format) { logs in
            Self.reseal(&logs[index].bytes) { $0.put(LogTime.test(minutes: 900), at: 24) }
        }
        #expect(codes == "-515 \(index < 6 ? "-515" : "-582 after 6")")
    }

    @Test("a log made at another time than the header says is not the one required")
    func otherCreation() throws {
        let codes = try Self.codes(.records) { logs in
            Self.reseal(&logs[5].bytes) { $0.put(LogTime.test(minutes: 900), at: 16) }
            Self.reseal(&logs[6].bytes) { $0.put(LogTime.test(minutes: 900), at: 24) }
        }
        #expect(codes == "good -543")
    }

    @Test("each log that repeats another sum than its predecessor has", arguments: 1..<7)
    func otherSum(index: Int) throws {
        let codes = try Self.codes(.segments) { logs in
            Self.reseal(&logs[index].bytes) { $0.put(UInt64(0xBAD), at: 653) }
        }
        #expect(codes == "-590 \(index < 6 ? "-590" : "-582 after 6")")
    }

    @Test("a log whose end was lost without a trace is found by the next one's sum")
    func lostEnd() throws {
        let codes = try Self.codes(.segments) { logs in
            logs[2].bytes.put([UInt8](repeating: 0, count: 8192), at: 5 * 4096)
        }
        #expect(codes == "-590 -590")
    }

    @Test("a version of the log before is a warning")
    func olderVersion() throws {
        var logs = Self.logs(.segments)
        Self.reseal(&logs[3].bytes) { $0.put(UInt32(4), at: 40) }
        let chain = LogChain(Self.facts(logs))
        #expect(chain.firstError == nil)
        #expect(chain.warnings == ["log 4 (0x4) has version (8.4000.4.16), the one before (8.4000.5.16)"])
    }

    @Test("circular logging is noticed")
    func circular() throws {
        let logs = ESELogStream(seed: 1) { $0.isCircular = true }.logs(1...8)
        let sentence =
            "circular logging is on: logs are deleted as soon as their databases can do without them"
        #expect(LogChain(Self.facts(logs)).warnings == [])
        #expect(LogChain(Self.facts(logs)).notes == [sentence])
        // Many servers run that way on purpose: it is no fault of a set.
        #expect(try Self.verdict(logs).warnings == [])
        #expect(try Self.verdict(logs).notes == [sentence])
        #expect(try Self.verdict(logs).outcome == .complete(.soft, logs: 1...7))
    }

    @Test("a torn last segment", arguments: 0..<8)
    func torn(index: Int) throws {
        let codes = try Self.codes(.segments) { LogSegmentsTests.torn(&$0[index].bytes) }
        #expect(codes == "-570 \(index < 6 ? "-543" : index == 6 ? "-582 after 6" : "good")")
    }

    @Test("a bit in the header, in the data", arguments: ESELogStream.Format.allCases, [5, 700, 9000])
    func bit(format: ESELogStream.Format, offset: Int) throws {
        #expect(try Self.codes(format) { $0[2].bytes[offset] ^= 8 } == "-501 -543")
    }

    @Test("a damaged log is described where it is missed")
    func sentence() throws {
        var logs = Self.logs(.segments)
        logs[2].bytes[9000] ^= 8
        let description = try Self.verdict(logs).description
        #expect(
            description
                == "not recoverable: -543 JET_errRequiredLogFilesMissing: logs 1-6 (0x1-0x6) required, "
                + "3 (0x3) damaged: segment 2 (byte 8192): checksum failed, as if bit 6467 had flipped")
    }

    // MARK: Restore of a streaming backup

    static func restore(_ change: (inout [Log]) -> Void) throws -> String {
        let database = ESEDatabase {
            $0.required = .init(1...6, committed: 7)
            $0.backup = 1...7
        }
        let pair = try HeaderPair.find(in: (database.slot(0) + database.slot(1)).span)
        var logs = logs(.segments)
        logs.removeLast()
        change(&logs)
        let trailer = BackupTrailer(parsing: database.slot(database.slots + 1).span)
        let outcome = SetVerdict.judge(
            DatabaseFacts(pair.header), trailer: TrailerFact(trailer, header: pair.header), logs: facts(logs)
        ).outcome
        guard case .notRecoverable(let refusal) = outcome else { return "good" }
        return "\(refusal.code.rawValue)"
    }

    @Test("a streaming backup with a fault in its logs has restore's own errors")
    func hard() throws {
        #expect(try Self.restore { _ in } == "good")
        #expect(try Self.restore { $0.remove(at: 0) } == "-554")
        #expect(try Self.restore { $0.remove(at: 3) } == "-557")
        #expect(try Self.restore { $0.remove(at: 6) } == "-553")
        #expect(try Self.restore { $0[3].bytes[9000] ^= 8 } == "-501")
        #expect(try Self.restore { LogSegmentsTests.torn(&$0[3].bytes) } == "-570")
        #expect(
            try Self.restore { logs in Self.reseal(&logs[3].bytes) { $0.put(UInt64(1), at: 653) } } == "-590")
        #expect(
            try Self.restore { logs in
                Self.reseal(&logs[3].bytes) { $0.put(LogTime.test(minutes: 9), at: 24) }
            }
                == "-556")
        #expect(
            try Self.restore { logs in
                Self.reseal(&logs[3].bytes) { $0.put(ESELog.signature(seed: 9), at: 44) }
            } == "-555")
    }

    // MARK: Checkpoint

    @Test("the checkpoint of another stream ends recovery, none does not")
    func checkpoint() throws {
        let logs = Self.logs(.segments)
        let own = CheckpointFact.present(signature: ESELog.signature(seed: 1), generation: 1)
        let foreign = CheckpointFact.present(signature: ESELog.signature(seed: 2), generation: 1)
        #expect(try Self.verdict(logs, checkpoint: own).warnings == [])
        #expect(
            try Self.verdict(logs, checkpoint: foreign).description
                == "not recoverable: -532 JET_errBadCheckpointSignature: the checkpoint is of another log stream; "
                + "without it recovery begins at the first log")
        #expect(
            try Self.verdict(logs, checkpoint: .absent).warnings
                == ["no checkpoint (-542 JET_errCheckpointFileNotFound): recovery begins at the first log"])
        #expect(
            try Self.verdict(logs, checkpoint: .corrupt).warnings
                == ["checkpoint damaged (-533 JET_errCheckpointCorrupt): recovery begins at the first log"])
    }

    @Test("a clean database and a backup copy need no checkpoint")
    func noCheckpoint() throws {
        let foreign = CheckpointFact.present(signature: ESELog.signature(seed: 2), generation: 1)
        let clean = DatabaseFacts(logSignature: ESELog.signature(seed: 1))
        let verdict = SetVerdict.judge(clean, logs: [], checkpoint: foreign)
        #expect(verdict.outcome == .clean(canRollForward: false))
        #expect(verdict.warnings == [])
    }

    @Test("a checkpoint before the first log is a warning")
    func earlyCheckpoint() throws {
        var facts = DatabaseFacts(state: .dirtyShutdown, logSignature: ESELog.signature(seed: 1))
        (facts.minimumRequired, facts.maximumRequired, facts.committed) = (4, 6, 6)
        let early = CheckpointFact.present(signature: ESELog.signature(seed: 1), generation: 2)
        let verdict = SetVerdict.judge(
            facts, logs: Array(Self.facts(Self.logs(.segments)).dropFirst(3)), checkpoint: early)
        #expect(verdict.outcome == .complete(.soft, logs: 4...6))
        #expect(
            verdict.warnings == [
                "the checkpoint begins at log 2 (0x2), which is not there "
                    + "(-509 JET_errMissingPreviousLogFile): recovery may need it moved away"
            ])
    }
}
