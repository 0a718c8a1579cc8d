internal import ESE
internal import Platform

/// Whether the logs that are there now continue the newest full: one pure decision over facts.
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

    /// The first generation that a log point must hold, by log stream; or why a full is needed.
    enum Outcome: Equatable {
        case logs(firsts: [Signature: Int])
        case full(FullReason)
    }

    func outcome(now: Timestamp, fullEverySeconds: Int) -> Outcome {
        let age = Int(clamping: now.seconds - basis.sourceTime.seconds)
        if age < 0 { return .full(.clockSetBack) }
        if age >= fullEverySeconds / 100 * Self.duePercent + fullEverySeconds % 100 * Self.duePercent / 100 {
            return .full(.due(ageSeconds: age))
        }
        if !basis.isSound { return .full(.unsound) }
        if let changed = changedDatabase { return .full(changed) }
        var firsts: [Signature: Int] = [:]
        for database in basis.databases {
            switch first(for: database) {
            case .success(let first):
                let stream = database.facts.logSignature
                firsts[stream] = min(firsts[stream] ?? first, first)
            case .failure(let reason): return .full(reason.reason)
            }
        }
        if let unreadable = unreadableLog(firsts) { return .full(unreadable) }
        for (stream, first) in firsts {
            let chain = LogChain(logs.filter { $0.generation >= first && $0.signature == stream })
            if let error = chain.firstError {
                return .full(
                    .logs("the logs since the last full have a break: \(error.label)", isCircular: isCircular)
                )
            }
        }
        return .logs(firsts: firsts)
    }

    /// A log that should continue the full by its name, and that nobody can read.
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

    private struct Failure: Error { let reason: FullReason }

    /// The first log that brings a database of the full forward.
    private func first(for database: LogBasis.Database) -> Result<Int, Failure> {
        let verdict = SetVerdict.judge(database.facts, trailer: database.trailer, logs: logs)
        switch verdict.outcome {
        case .complete(_, let range): return .success(range.lowerBound)
        case .clean(canRollForward: true): return .success(Int(database.facts.lastConsistent.generation))
        case .clean(canRollForward: false):
            let first = database.facts.lastConsistent.generation
            return .failure(
                Failure(
                    reason: .logs(
                        "\(database.name): the logs from \(first) on are not all there",
                        isCircular: isCircular)))
        case .withLoss, .notRecoverable:
            return .failure(
                Failure(
                    reason: .logs(
                        "\(database.name): with the logs there now \(verdict)", isCircular: isCircular)))
        }
    }
}
