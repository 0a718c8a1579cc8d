/// What the check of a log's data found.
package struct LogDataReport: Equatable, Sendable {
    /// The first thing wrong; nil for data that is good to its end.
    package let problem: LogDataProblem?
    /// Good segments (version 8) or checked records (version 7).
    package let used: Int
    /// Second copies of a segment, at the end of what was written.
    package let shadows: Int
    /// Segments of the log whose file this one took over.
    package let stale: Int
    /// Exclusive or of the sums of the good segments, which the next log repeats; nil for version 7, which
    /// keeps none, and for damaged data.
    package let accumulatedSum: UInt64?
    /// Where the last good segment or record stands; nil when there is none.
    package let last: LogPosition?
}

extension LogDataReport: Encodable {
    private enum CodingKeys: CodingKey { case problem, used, shadows, stale, accumulatedSum, last }

    /// What is absent is null, not left out.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(problem, forKey: .problem)
        try container.encode(used, forKey: .used)
        try container.encode(shadows, forKey: .shadows)
        try container.encode(stale, forKey: .stale)
        try container.encode(accumulatedSum, forKey: .accumulatedSum)
        try container.encode(last, forKey: .last)
    }
}

/// Damage in a log's data.
package struct LogDataProblem: Error, Equatable, Sendable, Encodable, CustomStringConvertible {
    /// -501, or -570 for a torn last write whose shadow is intact.
    package let code: ErrorCode
    /// Byte of the file where the damaged segment or record begins.
    package let offset: Int
    /// What and where, such as `segment 7 (byte 28672): checksum failed, as if bit 12 had flipped`.
    package let sentence: String

    init(_ code: ErrorCode = .logFileCorrupt, at offset: Int, _ sentence: String) {
        self.code = code
        self.offset = offset
        self.sentence = sentence
    }

    package var description: String { "\(code.label): \(sentence)" }
}
