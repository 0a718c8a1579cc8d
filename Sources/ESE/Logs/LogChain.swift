internal import Platform

/// A log stream checked link by link, as the engine's own `/ml` does (format notes 5.5).
package struct LogChain: Equatable, Sendable {
    package struct Link: Equatable, Sendable {
        package let log: LogFact
        /// Everything wrong with this log or with its link to the one before.
        package let problems: [ErrorCode]
        /// Generations absent between the log before and this one (-528).
        package let missingBefore: ClosedRange<Int>?
        /// Unusual facts that are no error: an older format than that of the previous log.
        package let warnings: [String]
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

    /// Warnings about a chain that is not broken.
    package var warnings: [String] {
        links.flatMap(\.warnings)
    }

    /// Facts that are no fault, such as circular logging, which many servers use on purpose.
    package var notes: [String] { Self.circularLogging(links.map(\.log)) }

    private static func link(_ log: LogFact, after previous: LogFact?) -> Link {
        var problems: [ErrorCode] = log.problem.map { [$0] } ?? []
        var warnings: [String] = []
        var missing: ClosedRange<Int>?
        if let previous {
            if log.generation > previous.generation + 1 {
                missing = previous.generation + 1...log.generation - 1
            } else if log.signature != nil, previous.signature != nil,
                let code = breakCode(log, after: previous)
            {
                problems.append(code)
            }
            if let own = log.signature, let other = previous.signature, own != other {
                problems.append(.badLogSignature)
            }
            if let own = log.version, let other = previous.version, own < other {
                let place = GenerationText.one(log.generation)
                warnings.append("log \(place) has version \(own), the one before \(other)")
            }
        }
        return Link(log: log, problems: problems, missingBefore: missing, warnings: warnings)
    }

    /// Why `log` is not the one that was begun when `previous` was full: -515 or -590; nil when it is.
    static func breakCode(_ log: LogFact, after previous: LogFact) -> ErrorCode? {
        guard log.generation == previous.generation + 1, log.previousCreated == previous.created else {
            return .invalidLogSequence
        }
        guard log.previousSegmentSum != 0, let sum = previous.accumulatedSum else { return nil }
        return log.previousSegmentSum == sum ? nil : .logSequenceChecksumMismatch
    }

    /// The last log whose header can be read.
    ///
    /// - Parameter logs: In generation order.
    package static func newestReadable(_ logs: [LogFact]) -> LogFact? {
        logs.last { $0.signature != nil }
    }

    /// A sentence about circular logging, when the newest log that can be read shows it.
    static func circularLogging(_ logs: [LogFact]) -> [String] {
        guard let newest = newestReadable(logs) else { return [] }
        if newest.isCircular {
            return ["circular logging is on: logs are deleted as soon as their databases can do without them"]
        }
        return newest.wasCircular ? ["circular logging was on earlier: older logs may be gone"] : []
    }
}

extension LogChain: Encodable {
    private enum CodingKeys: CodingKey { case logs, missing, firstError, warnings, notes }
    private struct EncodedLink: Encodable {
        private enum CodingKeys: CodingKey { case name, generation, problems, fault }
        let link: Link

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(link.log.name, forKey: .name)
            try container.encode(link.log.generation, forKey: .generation)
            try container.encode(link.problems, forKey: .problems)
            try container.encode(link.log.fault, forKey: .fault)
        }
    }
    private struct EncodedGap: Encodable {
        let first: Int
        let last: Int
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(links.map(EncodedLink.init), forKey: .logs)
        try container.encode(
            missing.map { EncodedGap(first: $0.lowerBound, last: $0.upperBound) }, forKey: .missing)
        try container.encode(firstError, forKey: .firstError)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(notes, forKey: .notes)
    }
}

/// The parameters an engine instance ran with, as log headers and checkpoints keep them (547 bytes).
package struct LogEnvironment: Equatable, Sendable, Encodable {
    static let byteCount = 261 /* system path */ + 261 /* log path */ + 1 /* circular */ + 24
    package let systemPath: String
    package let logPath: String
    package let isCircular: Bool
    package let sessions: UInt32
    package let openTables: UInt32
    package let versionPages: UInt32
    package let cursors: UInt32
    package let logBuffers: UInt32
    /// Sectors of one log file.
    package let logSectors: UInt32

    /// The block of `bytes` from `offset`; traps past the end.
    init(_ bytes: Span<UInt8>, at offset: Int) {
        systemPath = LegacyText.string(bytes.array(offset..<offset + 261))
        logPath = LegacyText.string(bytes.array(offset + 261..<offset + 522))
        isCircular = bytes[offset + 522] & 1 != 0
        sessions = bytes.uint32(at: offset + 523)
        openTables = bytes.uint32(at: offset + 527)
        versionPages = bytes.uint32(at: offset + 531)
        cursors = bytes.uint32(at: offset + 535)
        logBuffers = bytes.uint32(at: offset + 539)
        logSectors = bytes.uint32(at: offset + 543)
    }
}
