/// The logs that can serve one database, and what is missing among them.
///
/// Every question costs time in proportion to the logs there are, never to the range asked for.
struct LogCoverage {
    /// Intact logs of the right stream, by generation.
    private let usable: [Int: LogFact]
    private let generations: [Int]
    /// Logs that cannot serve, and why not.
    private let rejected: [Int: LogFact]
    private let signature: Signature
    /// Generations that stand in two usable files which differ.
    let doubled: [Int]
    /// Files that the engine opens in place of a usable log.
    private let twins: [Int: LogTwin]

    init(_ logs: [LogFact], signature: Signature) {
        var usable: [Int: LogFact] = [:]
        var rejected: [Int: LogFact] = [:]
        var doubled: [Int] = []
        for log in logs {
            if log.isIntact && log.signature == signature {
                let other = usable[log.generation]
                if let other, other.created != log.created { doubled.append(log.generation) }
                // The engine opens the one with the archived name.
                let isBetter = other.map { !LogTwin.isArchived($0) && LogTwin.isArchived(log) } ?? true
                if isBetter { usable[log.generation] = log }
            } else {
                rejected[log.generation] = log
            }
        }
        self.usable = usable
        self.rejected = rejected.filter { usable[$0.key] == nil }
        self.signature = signature
        self.doubled = doubled.sorted()
        generations = usable.keys.sorted()
        twins = LogTwin.find(logs, usable: usable)
    }

    /// Intact logs of other streams.
    var foreign: [Int] { rejected.filter { $0.value.isIntact }.map(\.key).sorted() }
    var damaged: [Int] { rejected.filter { !$0.value.isIntact }.map(\.key).sorted() }
    var last: Int? { generations.last }

    func log(_ generation: Int) -> LogFact? { usable[generation] }
    func isDamaged(_ generation: Int) -> Bool { rejected[generation].map { !$0.isIntact } ?? false }
    func isForeign(_ generation: Int) -> Bool { rejected[generation]?.isIntact ?? false }

    /// The runs of `range` that no usable log covers.
    func missing(_ range: ClosedRange<Int>) -> [ClosedRange<Int>] {
        var runs: [ClosedRange<Int>] = []
        var next = range.lowerBound
        for generation in generations where range.contains(generation) {
            if generation > next { runs.append(next...generation - 1) }
            next = generation + 1
        }
        if next <= range.upperBound { runs.append(next...range.upperBound) }
        return runs
    }

    /// Two logs in a row that are not of one history.
    struct Break {
        /// The later one.
        let generation: Int
        /// -515 for other times of creation, -590 for other data.
        let code: ErrorCode
    }

    /// The first log of `range` that does not continue the usable one before it in `range`.
    func firstBreak(_ range: ClosedRange<Int>) -> Break? {
        for generation in generations where range.contains(generation) && range.contains(generation - 1) {
            guard let log = usable[generation], let previous = usable[generation - 1] else { continue }
            if let code = LogChain.breakCode(log, after: previous) {
                return Break(generation: generation, code: code)
            }
        }
        return nil
    }

    /// The first generation of `range` of which the engine opens the wrong file.
    func firstTwin(_ range: ClosedRange<Int>) -> LogTwin? {
        twins.keys.filter(range.contains).min().flatMap { twins[$0] }
    }

    /// Returns the error code of a damaged log of this generation.
    func damage(_ generation: Int) -> ErrorCode? { rejected[generation]?.problem }

    /// The usable logs in generation order.
    var ordered: [LogFact] { generations.compactMap { usable[$0] } }

    /// `not there`, `damaged: …` or `of another log stream`, for the first generation of a missing run.
    func reason(_ generation: Int) -> String {
        if isDamaged(generation) {
            return rejected[generation]?.fault.map { "damaged: \($0)" } ?? "damaged"
        }
        return isForeign(generation) ? "of another log stream" : "not there"
    }
}
