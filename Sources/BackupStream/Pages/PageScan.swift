internal import ESE
internal import Platform

/// Checks the pages of one piece of a database, without any other piece.
///
/// Used again and again without a new allocation, as long as pages are good.
struct PageScan: Sendable {
    /// Whole pages in the piece, headers among them.
    private(set) var count = 0
    /// Pages that are good and not blank, and the highest update counter among them.
    private(set) var good = 0
    private(set) var highestDbtime: UInt64 = 0
    private(set) var highestDbtimePage: UInt32 = 0
    /// All pages that are blank or bad, by their place in the piece; headers are not among them.
    private(set) var others: [(index: Int, verdict: PageVerdict)] = []

    /// Takes the pages of `bytes` in place of what was there.
    ///
    /// - Parameter firstSlot: The slot of the first page; slots 0 and 1 are the headers.
    mutating func scan(_ bytes: Span<UInt8>, _ judge: PageJudge, firstSlot: Int) {
        let size = judge.size.bytes
        count = bytes.count / size
        good = 0
        highestDbtime = 0
        highestDbtimePage = 0
        others.removeAll(keepingCapacity: true)
        for index in max(0, min(count, 2 - firstSlot))..<count {
            let page = bytes.extracting(index * size..<(index + 1) * size)
            let number = UInt32(clamping: firstSlot + index - 1)
            let verdict = judge.verdict(of: page, number: number)
            guard verdict == .good else {
                others.append((index, verdict))
                continue
            }
            good += 1
            let dbtime = PageHead(page).dbtime
            if dbtime > highestDbtime {
                highestDbtime = dbtime
                highestDbtimePage = number
            }
        }
    }
}
