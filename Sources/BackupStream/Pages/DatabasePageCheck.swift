internal import ESE
internal import Platform

/// Checks the pages of one database as its bytes pass, slot by slot from the first header on.
///
/// The content of slots after the owned end is no fault. A streaming backup's trailer differs from a bad page by
/// standing last.
struct DatabasePageCheck {
    /// Bad pages that are named.
    static let namedPages = 20

    let pair: HeaderPair
    var pageSize: PageSize { pair.pageSize }
    var tally = PageTally(listLimit: namedPages)
    /// Slots seen, headers included.
    var slots = 0
    var end: OwnedEndSearch
    /// The last page that could be a trailer.
    private var trailer: BackupTrailer?
    private var isCut = false
    private let flushMap: FlushMapFile.Finding
    /// Evaluates pages; threads that scan pieces for ``record(_:in:mend:)`` use a copy.
    let judge: PageJudge

    /// - Parameters:
    ///   - end: The last owned page where it was looked up; otherwise it is found as pages pass.
    ///   - flushMap: The map next to the database.
    init(_ pair: HeaderPair, end: OwnedExtent.End? = nil, flushMap: FlushMapFile.Finding = .none) {
        self.pair = pair
        self.flushMap = flushMap
        judge = PageJudge(pair, flushMap: flushMap.map)
        self.end = OwnedEndSearch(pair.pageSize, found: end)
    }

    /// Looks at the page for the next slot, which stays the next; nil for the two headers.
    func verdict(of page: Span<UInt8>) -> PageVerdict? {
        guard slots >= 2 else { return nil }
        return judge.verdict(of: page, number: UInt32(clamping: slots - 1))
    }

    /// Counts the page in the next slot.
    ///
    /// - Parameter verdict: What ``verdict(of:)`` said of these bytes.
    mutating func record(_ verdict: PageVerdict?, of page: Span<UInt8>) {
        defer { slots += 1 }
        guard let verdict else { return }
        let number = UInt32(clamping: slots - 1)
        count(verdict, of: page, number: number)
        end.look(at: page, number: number)
    }

    /// Counts page `number`.
    mutating func count(_ verdict: PageVerdict, of page: Span<UInt8>, number: UInt32) {
        tally.count(verdict, of: page, number: number)
        if !verdict.isGood, let found = BackupTrailer(parsing: page) { trailer = found }
    }

    /// Says that the file ended inside a page.
    mutating func cut() { isCut = true }

    /// Returns the result for all pages.
    consuming func finish() -> DatabasePages {
        let report = tally.finish(
            ownedEnd: end.end, flushMap: flushMap.use, isNew: pair.header.isNew)
        var warnings = report.warnings
        if pair.state != .good { warnings.append("header: \(pair.state.rawValue)") }
        var truncation: String?
        if isCut {
            truncation = "truncated: its length is not a multiple of the page size \(pair.pageSize.bytes)"
        } else if let missing = report.truncated {
            truncation =
                "truncated: it owns \(missing.upperBound) pages, the file ends after page \(report.slots)"
        } else if slots < 4 {
            truncation = "truncated: \(slots) page slot\(slots == 1 ? "" : "s"), no database has so few"
        }
        return DatabasePages(
            pair: pair, report: report, trailer: report.hasTrailer ? trailer : nil, truncation: truncation,
            warnings: warnings)
    }
}

/// The result of the page check of one database.
struct DatabasePages {
    let pair: HeaderPair
    let report: PageReport
    /// The last page of a streaming backup's copy.
    let trailer: BackupTrailer?
    /// Why the file is no whole database, if it is not; bad pages apart.
    let truncation: String?
    let warnings: [String]

    /// The fault of the database; nil if there is none.
    ///
    /// `2 bad pages: 7, 9; page 7: checksum failed, stored 0x…, computed 0x…`.
    var fault: String? {
        var parts: [String] = []
        if let first = report.bad.first {
            let names = report.bad.map { String($0.number) }.joined(separator: ", ")
            let more = report.badCount > report.bad.count ? ", …" : ""
            parts.append(
                "\(report.badCount) bad page\(report.badCount == 1 ? "" : "s"): \(names)\(more); \(first)")
        }
        if let truncation {
            parts.append(truncation)
        } else if let fault = report.treeFault {
            parts.append(fault)
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}

extension ImageManifest.Database {
    init(name: String, _ pages: DatabasePages) {
        let header = pages.pair.header
        self.init(
            name: name, pageSize: pages.pair.pageSize.bytes, signature: header.signature.description,
            logSignature: header.logSignature.description, state: header.state.description,
            pages: ImageManifest.Pages(pages.report), logRequiredFirst: Int(header.logs.minimum),
            logRequiredLast: Int(header.logs.maximum), logCommittedLast: Int(header.logs.committed),
            dbtime: header.dbtime)
    }
}

extension ImageManifest.Pages {
    init(_ report: PageReport) {
        seen = report.seen
        blank = report.blank
        good = report.good
        bad = report.wrongNumber + report.badChecksum + report.lostWrites + report.notInitialized
        lostWrites = report.lostWrites > 0 ? report.lostWrites : nil
        notInitialized = report.notInitialized > 0 ? report.notInitialized : nil
        correctable = report.correctable
        behindEnd = report.badBehindEnd
        badPages = report.bad.map { .init(page: Int($0.number), reason: $0.verdict.description) }
    }
}

extension DatabasePageCheck {
    /// Counts the pages of the next piece.
    ///
    /// - Parameters:
    ///   - scan: What its pages say.
    ///   - mend: Is shown a bad page before it is counted, unless it is after the end or is a trailer. It may
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
