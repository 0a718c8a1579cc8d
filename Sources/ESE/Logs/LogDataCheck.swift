internal import Platform

/// Checks the bytes after a log's header while the file passes (format notes 5.3, 5.4).
///
/// Is fed the whole file from its first byte on, in pieces of any length; pieces of whole segments are not
/// copied. Holds at most three segments of the file.
package struct LogDataCheck: Sendable {
    /// Bytes of a segment; headers of both versions are as long.
    static let segmentBytes = 4096

    private let fileBytes: Int
    private var segments: LogSegments?
    private var chain: LogChecksumChain?
    /// The start of a segment whose end has not come.
    private var carry: [UInt8] = []
    /// Bytes taken, those in ``carry`` left out.
    private var offset = 0

    package init(_ header: LogHeader) {
        fileBytes = header.fileBytes
        if header.version.major >= 8 {
            segments = LogSegments(header)
        } else {
            chain = LogChecksumChain(header)
        }
    }

    /// Takes the next bytes of the file, its header included.
    package mutating func append(_ bytes: Span<UInt8>) {
        let unit = Self.segmentBytes
        var start = 0
        if !carry.isEmpty {
            start = min(unit - carry.count, bytes.count)
            carry.append(copying: bytes.extracting(0..<start))
            guard carry.count == unit else { return }
            let whole = carry
            carry = []
            take(whole.span)
        }
        while bytes.count - start >= unit {
            take(bytes.extracting(start..<start + unit))
            start += unit
        }
        if start < bytes.count { carry.append(copying: bytes.extracting(start..<bytes.count)) }
    }

    /// Returns the result for all bytes.
    package consuming func finish() -> LogDataReport {
        let total = offset + carry.count
        let rest = carry
        // Sectors are smaller than segments in version 7, so a whole file may end here.
        if !rest.isEmpty, offset >= LogHeader.byteCount, offset < fileBytes { chain?.append(rest.span) }
        let report = segments?.finish() ?? chain?.finish()
        guard let report else { preconditionFailure("a log is of one of two formats") }
        guard report.problem == nil, total < fileBytes else { return report }
        let cut = LogDataProblem(
            at: total, "the file ends at byte \(total), its header says \(fileBytes)")
        return LogDataReport(
            problem: cut, used: report.used, shadows: report.shadows, stale: report.stale,
            accumulatedSum: nil, last: report.last)
    }

    /// The segment at ``offset``; the header is not data, and nothing is after the length it names.
    private mutating func take(_ segment: Span<UInt8>) {
        defer { offset += Self.segmentBytes }
        guard offset >= LogHeader.byteCount, offset < fileBytes else { return }
        segments?.append(segment)
        chain?.append(segment)
    }
}

/// The result of the check of a log's data.
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
    /// Offset of the last good segment or record; nil when there is none.
    package let last: LogPosition?
}

extension LogDataReport: Encodable {
    private enum CodingKeys: CodingKey { case problem, used, shadows, stale, accumulatedSum, last }

    /// Encodes absent values as null instead of omitting them.
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
    /// The fault and its place, such as `segment 7 (byte 28672): checksum failed, as if bit 12 had flipped`.
    package let sentence: String

    init(_ code: ErrorCode = .logFileCorrupt, at offset: Int, _ sentence: String) {
        self.code = code
        self.offset = offset
        self.sentence = sentence
    }

    package var description: String { "\(code.label): \(sentence)" }
}
