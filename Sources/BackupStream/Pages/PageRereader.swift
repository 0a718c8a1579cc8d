internal import ESE
internal import Platform

/// Reads a page again whose checksum is wrong, in case only the reading was.
///
/// As the engine's own backup does (``ReadPatience``). Past the page cache where the file system allows it: what
/// memory has of a page that was read wrongly stays wrong.
struct PageRereader {
    let file: WatchedFile
    /// The header when the set was listed; nil if it was not read before.
    private let header: HeaderPair?
    private let patience: ReadPatience
    /// Pages that were good when read again, the header's among them.
    private(set) var healedPages = 0

    init(_ file: WatchedFile, header: HeaderPair? = nil, _ patience: ReadPatience) {
        self.file = file
        self.header = header
        self.patience = patience
    }

    /// Reads a page until it is good, into the place in `buffer` where it stood.
    ///
    /// - Parameters:
    ///   - range: The page in `buffer`, all of it.
    ///   - offset: The page in the file.
    /// - Returns: What is to be thought of the bytes that now stand there.
    mutating func reread(
        _ range: Range<Int>, of buffer: inout [UInt8], at offset: Int, _ first: PageVerdict,
        _ judge: (Span<UInt8>) -> PageVerdict
    ) throws(BackupError) -> PageVerdict? {
        var verdict: PageVerdict? = first
        let file = self.file
        var good: [UInt8]?
        _ = try patience.retry { () throws(BackupError) in
            guard let page = try file.uncachedBytes(at: offset, count: range.count),
                page.count == range.count
            else { return false }
            verdict = judge(page.span)
            guard verdict?.isGood == true else { return false }
            good = page
            return true
        }
        if let good {
            buffer.replaceSubrange(range, with: good)
            healedPages += 1
        }
        return verdict ?? first
    }

    /// Reads the two headers in the first `count` bytes of `buffer` again when they are not what they were.
    mutating func rereadHeader(of buffer: inout [UInt8], _ count: Int) throws(BackupError) {
        guard let header, Self.header(buffer.span.extracting(0..<count)) != header else { return }
        let file = self.file
        var good: [UInt8]?
        _ = try patience.retry { () throws(BackupError) in
            good = try file.uncachedBytes(at: 0, count: min(count, HeaderPair.prefixBytes))
            return good.map { Self.header($0.span) == header } ?? false
        }
        guard let good, Self.header(good.span) == header else { return }
        let both = 2 * header.pageSize.bytes
        guard good.count >= both else { return }
        buffer.replaceSubrange(0..<both, with: good[..<both])
        healedPages += 1
    }

    private static func header(_ bytes: Span<UInt8>) -> HeaderPair? {
        try? HeaderPair.find(in: bytes.extracting(0..<min(bytes.count, HeaderPair.prefixBytes)))
    }
}
