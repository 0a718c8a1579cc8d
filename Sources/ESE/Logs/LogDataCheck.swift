internal import Platform

/// Checks what stands behind a log's header while the file passes (format notes 5.3, 5.4).
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

    /// What all bytes together say.
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

    /// The segment at ``offset``; the header is not data, and nothing is behind the length it names.
    private mutating func take(_ segment: Span<UInt8>) {
        defer { offset += Self.segmentBytes }
        guard offset >= LogHeader.byteCount, offset < fileBytes else { return }
        segments?.append(segment)
        chain?.append(segment)
    }
}
