/// A log stream checked link by link, as the engine's own `/ml` does (format notes 5.5).
package struct LogChain: Equatable, Sendable {
    package struct Link: Equatable, Sendable {
        package let log: LogFact
        /// Everything wrong with this log or with its link to the one before.
        package let problems: [ErrorCode]
        /// Generations absent between the log before and this one (-528).
        package let missingBefore: ClosedRange<Int>?
    }

    /// In generation order.
    package let links: [Link]

    package init(_ logs: [LogFact]) {
        let sorted = logs.sorted { ($0.generation, $0.name) < ($1.generation, $1.name) }
        var links: [Link] = []
        var previous: LogFact?
        for log in sorted {
            links.append(Self.link(log, after: previous))
            previous = log
        }
        self.links = links
    }

    package var missing: [ClosedRange<Int>] { links.compactMap(\.missingBefore) }

    /// The first error in generation order, nil for an unbroken chain.
    package var firstError: ErrorCode? {
        for link in links {
            if link.missingBefore != nil { return .missingLogFile }
            if let problem = link.problems.first { return problem }
        }
        return nil
    }

    private static func link(_ log: LogFact, after previous: LogFact?) -> Link {
        var problems: [ErrorCode] = log.problem.map { [$0] } ?? []
        var missing: ClosedRange<Int>?
        if let previous {
            if log.generation > previous.generation + 1 {
                missing = previous.generation + 1...log.generation - 1
            } else if log.signature != nil, previous.signature != nil, !follows(log, previous) {
                problems.append(.invalidLogSequence)
            }
            if let own = log.signature, let other = previous.signature, own != other {
                problems.append(.badLogSignature)
            }
        }
        return Link(log: log, problems: problems, missingBefore: missing)
    }

    /// True when `log` is the next generation and says that it was made after `previous`.
    static func follows(_ log: LogFact, _ previous: LogFact) -> Bool {
        log.generation == previous.generation + 1 && log.previousCreated == previous.created
    }
}

extension LogChain: Encodable {
    private enum CodingKeys: CodingKey { case logs, missing, firstError }
    private struct EncodedLink: Encodable {
        let name: String
        let generation: Int
        let problems: [ErrorCode]
    }
    private struct EncodedGap: Encodable {
        let first: Int
        let last: Int
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let entries = links.map {
            EncodedLink(name: $0.log.name, generation: $0.log.generation, problems: $0.problems)
        }
        try container.encode(entries, forKey: .logs)
        try container.encode(
            missing.map { EncodedGap(first: $0.lowerBound, last: $0.upperBound) }, forKey: .missing)
        try container.encode(firstError, forKey: .firstError)
    }
}
