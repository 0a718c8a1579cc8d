internal import ESE
internal import Image
internal import Platform

/// A piece of a source on its way through the pass, and what its bytes say.
struct ScanBuffer: Sendable {
    var buffer = [UInt8](repeating: 0, count: WatchedFile.pieceBytes)
    /// Bytes of the piece; more than the buffer has where it is a hole.
    var count = 0
    /// Its offset in the source.
    var offset = 0
    /// True when it is all zero and was not read.
    var isHole = false
    /// Where its bytes are still to be read from.
    var file: (any SharedFile)?
    /// False when that failed: it must be read again, with more care.
    private(set) var isRead = true
    private(set) var prints = BlockFingerprints()
    private(set) var pages = PageScan()
    private var blockSize = Extent.defaultBlockSize
    private var judge: PageJudge?

    /// Says how its bytes are to be looked at.
    mutating func prepare(blockSize: Int, _ judge: PageJudge?) {
        self.blockSize = blockSize
        self.judge = judge
    }

    /// Reads the piece where that is still to be done, checks its pages and fingerprints its blocks.
    mutating func work(_ fingerprinter: Fingerprinter) {
        if isHole { return prints.scan(zeros: count, blockSize: blockSize) }
        isRead = true
        if let file {
            let (offset, count) = (offset, count)
            isRead = fill { (target) in (try? file.read(into: &target, at: offset)) == count }
            guard isRead else { return }
        }
        scan(fingerprinter)
    }

    /// Reads the piece with all the patience that there is for the file.
    mutating func readAgain(_ file: WatchedFile, _ fingerprinter: Fingerprinter) throws(BackupError) {
        let offset = offset
        try fill { (target) throws(BackupError) in try file.fill(&target, at: offset) }
        scan(fingerprinter)
    }

    /// Lets `body` write the first ``count`` bytes.
    mutating func fill<R, E: Error>(
        _ body: (inout MutableSpan<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        // Taken out, so that the closure may look at the rest.
        var bytes = exchange(&buffer, with: [])
        defer { buffer = bytes }
        var whole = bytes.mutableSpan
        var target = whole._mutatingExtracting(0..<count)
        return try body(&target)
    }

    /// Counts its pages; those that are good when they are read again are good.
    mutating func record(
        in check: inout DatabasePageCheck, _ rereader: inout PageRereader?, _ fingerprinter: Fingerprinter
    ) throws(BackupError) {
        if count % check.pageSize.bytes != 0 { check.cut() }
        guard !isHole else { return check.recordHole(count) }
        var isMended = false
        let offset = offset
        try check.record(pages, in: &buffer) {
            (range, bytes, verdict, judge) throws(BackupError) in
            let found = try rereader?.reread(range, of: &bytes, at: offset + range.lowerBound, verdict, judge)
            isMended = isMended || found?.isGood == true
            return found ?? verdict
        }
        if isMended { print(fingerprinter) }
    }

    private mutating func scan(_ fingerprinter: Fingerprinter) {
        if let judge {
            let bytes = buffer
            pages.scan(bytes.span.extracting(0..<count), judge, firstSlot: offset / judge.size.bytes)
        }
        print(fingerprinter)
    }

    private mutating func print(_ fingerprinter: Fingerprinter) {
        let bytes = buffer
        prints.scan(bytes.span.extracting(0..<count), blockSize: blockSize, fingerprinter)
    }
}
