internal import ESE
internal import Platform

extension DatabasePageCheck {
    /// Counts the pages of the next piece.
    ///
    /// - Parameters:
    ///   - scan: What its pages say.
    ///   - mend: Is shown a bad page before it is counted, unless it lies behind the end or is a trailer. It may
    ///     change the page's bytes, and says what is to be thought of it then.
    mutating func record<E: Error>(
        _ scan: PageScan, in bytes: inout [UInt8],
        mend: (
            _ page: Range<Int>, _ bytes: inout [UInt8], PageVerdict, _ judge: (Span<UInt8>) -> PageVerdict
        ) throws(E) -> PageVerdict
    ) throws(E) {
        let size = pageSize.bytes
        let first = slots
        for (index, found) in scan.others {
            lookForEnd(before: first + index, in: bytes, from: first)
            let number = UInt32(clamping: first + index - 1)
            let range = index * size..<(index + 1) * size
            var verdict = found
            if !found.isGood, !end.isBehind(number),
                !BackupTrailer.isTrailer(bytes.span.extracting(range))
            {
                let judge = judge
                verdict = try mend(range, &bytes, found) { judge.verdict(of: $0, number: number) }
            }
            count(verdict, of: bytes.span.extracting(range), number: number)
        }
        lookForEnd(before: first + scan.count, in: bytes, from: first)
        slots += scan.count
        tally.countGood(
            scan.good, through: lastNumber, highestDbtime: scan.highestDbtime, at: scan.highestDbtimePage)
    }

    /// Counts the blank pages of a hole that comes next; its cost does not depend on its length.
    ///
    /// - Parameter byteCount: Of the hole; a page that it holds only a part of is not counted.
    mutating func recordHole(_ byteCount: Int) {
        let pages = byteCount / pageSize.bytes
        let first = slots
        slots += pages
        let blank = [UInt8](repeating: 0, count: pageSize.bytes)
        while let slot = end.awaitedSlot, (first..<slots).contains(slot) {
            end.look(at: blank.span, number: UInt32(clamping: slot - 1))
        }
        var counted = max(0, min(pages, 2 - first))
        for page in SystemPage.allCases where (first..<slots).contains(Int(page.rawValue) + 1) {
            let verdict = judge.verdict(of: blank.span, number: page.rawValue)
            tally.count(verdict, of: blank.span, number: page.rawValue)
            counted += 1
        }
        tally.countBlank(pages - counted, through: lastNumber)
    }

    /// Number of the page in the last slot that was seen; 0 while there were only headers.
    private var lastNumber: UInt32 { UInt32(clamping: max(0, slots - 2)) }

    /// Shows the search for the owned end the pages that it waits for.
    private mutating func lookForEnd(before slot: Int, in bytes: [UInt8], from first: Int) {
        let size = pageSize.bytes
        while let awaited = end.awaitedSlot, (first..<max(first, slot)).contains(awaited) {
            let start = (awaited - first) * size
            end.look(
                at: bytes.span.extracting(start..<start + size), number: UInt32(clamping: awaited - 1))
        }
    }
}
