internal import ESE
internal import Platform

/// Reads a page again whose checksum is wrong, in case only the reading was.
///
/// As the engine's own backup does: up to sixteen times, with pauses that grow by 100 ms (format notes 6.3).
/// Past the page cache where the file system allows it: what memory has of a page that was read wrongly stays wrong.
/// After a page that stayed bad the disk has had its chance, and the next ones are read again just once.
struct PageRereader {
    private static let patientTries = 16
    private static let pauseMilliseconds = 100

    let file: WatchedFile
    let clock: any Clock
    private var tries = patientTries
    /// Pages that were good when read again.
    private(set) var healedPages = 0

    init(_ file: WatchedFile, clock: any Clock) {
        self.file = file
        self.clock = clock
    }

    /// Reads a page until it is good, into the place in `buffer` where it stood.
    ///
    /// - Parameters:
    ///   - range: The page in `buffer`, all of it.
    ///   - offset: The page in the file.
    /// - Returns: What is to be thought of the bytes that now stand there.
    mutating func reread(
        _ range: Range<Int>, of buffer: inout [UInt8], at offset: Int, _ first: PageVerdict,
        _ judge: (Span<UInt8>) -> PageVerdict?
    ) throws(BackupError) -> PageVerdict? {
        var verdict: PageVerdict? = first
        for attempt in 1...tries {
            clock.sleep(milliseconds: attempt * Self.pauseMilliseconds)
            let page = try file.uncachedBytes(at: offset, count: range.count)
            guard page.count == range.count else { break }
            verdict = judge(page.span)
            if verdict?.isGood == true {
                buffer.replaceSubrange(range, with: page)
                healedPages += 1
                return verdict
            }
        }
        tries = 1
        return verdict ?? first
    }
}
