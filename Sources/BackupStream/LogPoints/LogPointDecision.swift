internal import ESE
internal import Platform

/// Decides whether the present logs continue the newest full.
///
/// It is a pure function of facts.
struct LogPointDecision {
    /// Share of the interval after which a full is due, so that a run that starts a little early still takes it.
    private static let duePercent = 95

    /// A database as its folder shows it now.
    struct Current: Equatable {
        let name: String
        let signature: Signature
        let logSignature: Signature
        let repairs: Int
        let dbtime: UInt64
    }

    let basis: LogBasis
    let current: [Current]
    /// All logs found, intact or not.
    let logs: [LogFact]
    let isCircular: Bool

    /// True if the newest full is too old.
    ///
    /// - Throws: Why a full is needed.
    func requireYoung(now: Timestamp, fullEverySeconds: Int) throws(FullReason) {
        let age = Int(clamping: now.seconds - basis.sourceTime.seconds)
        if age < 0 { throw .clockSetBack }
        if age >= fullEverySeconds / 100 * Self.duePercent + fullEverySeconds % 100 * Self.duePercent / 100 {
            throw .due(ageSeconds: age)
        }
    }

    /// The first generation that a log point must hold, by log stream.
    ///
    /// - Throws: Why a full is needed.
    func firsts() throws(FullReason) -> [Signature: Int] {
        if !basis.isSound { throw .unsound }
        if let changed = changedDatabase { throw changed }
        var firsts: [Signature: Int] = [:]
        for database in basis.databases {
            let stream = database.facts.logSignature
            let first = try first(for: database)
            firsts[stream] = min(firsts[stream] ?? first, first)
        }
        if let unreadable = unreadableLog(firsts) { throw unreadable }
        for (stream, first) in firsts {
            let chain = LogChain(logs.filter { $0.generation >= first && $0.signature == stream })
            if let error = chain.firstError {
                throw .logs(
                    "the logs since the last full have a break: \(error.label)", isCircular: isCircular)
            }
        }
        return firsts
    }

    /// A log that should continue the full by its name, and that cannot be read.
    private func unreadableLog(_ firsts: [Signature: Int]) -> FullReason? {
        let bases = Set(
            logs.filter { log in log.signature.map { firsts[$0] != nil } ?? false }
                .compactMap { LogName($0.name)?.base.lowercased() })
        let lowest = firsts.values.min() ?? 0
        let found = logs.first { log in
            guard log.signature == nil, let base = LogName(log.name)?.base.lowercased() else { return false }
            // The current log has no number in its name.
            return bases.contains(base) && (log.generation == 0 || log.generation >= lowest)
        }
        return found.map { .logs("\($0.name) cannot be read", isCircular: isCircular) }
    }

    private var changedDatabase: FullReason? {
        for database in current where !basis.databases.contains(where: { $0.name == database.name }) {
            return .databaseAdded(database.name)
        }
        for database in basis.databases {
            guard let now = current.first(where: { $0.name == database.name }) else {
                return .databaseGone(database.name)
            }
            if now.signature != database.signature || now.repairs != database.facts.repairs
                || now.dbtime < database.dbtime
            {
                return .databaseReplaced(database.name)
            }
            if now.logSignature != database.facts.logSignature { return .logSignatureChanged(database.name) }
        }
        return basis.databases.isEmpty ? FullReason.none : nil
    }

    /// The first log that brings a database of the full forward.
    private func first(for database: LogBasis.Database) throws(FullReason) -> Int {
        let verdict = SetVerdict.judge(database.facts, trailer: database.trailer, logs: logs)
        let first = Int(database.facts.lastConsistent.generation)
        switch verdict.outcome {
        case .complete(_, let range): return range.lowerBound
        case .clean(canRollForward: true): return first
        case .clean(canRollForward: false):
            throw .logs(
                "\(database.name): the logs from \(first) on are not all there", isCircular: isCircular)
        case .withLoss, .notRecoverable:
            throw .logs("\(database.name): with the logs there now \(verdict)", isCircular: isCircular)
        }
    }
}

/// Why a run takes a full although the job takes log points between fulls.
package enum FullReason: Error, Equatable, Sendable, CustomStringConvertible {
    case none
    case asked
    case due(ageSeconds: Int)
    /// The newest full is newer than now: the clock was set back.
    case clockSetBack
    /// The newest full was accepted with damage or loss, or has suspect pages.
    case unsound
    case databaseAdded(String)
    case databaseGone(String)
    /// The same name now has another database, an older copy of it, or the same one after a repair.
    case databaseReplaced(String)
    case logSignatureChanged(String)
    /// Logs that the full needs to be brought forward, in words.
    case logs(String, isCircular: Bool)

    package var description: String {
        switch self {
        case .none: "there is no full yet that logs could continue"
        case .asked: "a full was asked for"
        case .due(let age): "the last full is \(age / 3600) h \(age % 3600 / 60) min old"
        case .clockSetBack: "the last full is dated in the future"
        case .unsound: "the last full is damaged or suspicious"
        case .databaseAdded(let name): "\(name) is not in the last full"
        case .databaseGone(let name): "\(name) of the last full is gone"
        case .databaseReplaced(let name): "\(name) is not the database of the last full any more"
        case .logSignatureChanged(let name): "\(name) writes another stream of logs since the last full"
        case .logs(let what, let isCircular):
            what + (isCircular ? " (circular logging is on)" : "")
        }
    }
}
