internal import Platform

/// Checks the pages of a database as they stream by and keeps what a report needs.
///
/// Memory is bounded whatever the damage: one bit for each bad page and kind, and the first few in words.
package struct PageTally: Equatable, Sendable {
    /// Bad pages that are kept with their reasons, unless told otherwise.
    package static let defaultListed = 100
    private let listLimit: Int

    private var seen = 0
    private var blank = 0
    private var good = 0
    private var highestPage: UInt32 = 0
    private var highestDbtime: UInt64 = 0
    private var highestDbtimePage: UInt32 = 0
    private var correctable = PageSet()
    private var wrongNumber = PageSet()
    private var badChecksum = PageSet()
    private var lostWrites = PageSet()
    private var notInitialized = PageSet()
    private var listed: [BadPage] = []
    /// The last page that looked like a backup trailer; it is one only if nothing follows.
    private var trailer: BadPage?

    /// - Parameter listLimit: How many bad pages to name one by one.
    package init(listLimit: Int = Self.defaultListed) { self.listLimit = listLimit }

    /// Checks page `number` and counts it.
    ///
    /// Each page comes once, in any order; rising order makes the list one of the lowest bad pages. The
    /// verdict is also returned, so that a pass can read a bad page again before it counts it.
    @discardableResult
    package mutating func add(page: Span<UInt8>, number: UInt32) -> PageVerdict {
        let verdict = PageChecksum.verdict(of: page, number: number)
        count(verdict, of: page, number: number)
        return verdict
    }

    /// Counts a page whose verdict is known.
    package mutating func count(_ verdict: PageVerdict, of page: Span<UInt8>, number: UInt32) {
        seen += 1
        highestPage = max(highestPage, number)
        switch verdict {
        case .blank: blank += 1
        case .good:
            good += 1
            let dbtime = page.uint64(at: 8)
            if dbtime > highestDbtime {
                highestDbtime = dbtime
                highestDbtimePage = number
            }
        case .correctable, .wrongNumber, .badChecksum, .lostWrite, .notInitialized:
            let bad = BadPage(number: number, verdict: verdict)
            guard BackupTrailer.isTrailer(page) else { return note(bad) }
            if let other = trailer { note(min(bad, other)) }
            trailer = trailer.map { max($0, bad) } ?? bad
        }
    }

    /// Counts pages that are good and not blank.
    ///
    /// - Parameters:
    ///   - number: The highest page that was seen with them.
    ///   - page: Of these, the first with the highest update counter.
    package mutating func countGood(
        _ pages: Int, through number: UInt32, highestDbtime dbtime: UInt64, at page: UInt32
    ) {
        seen += pages
        good += pages
        highestPage = max(highestPage, number)
        guard dbtime > highestDbtime else { return }
        highestDbtime = dbtime
        highestDbtimePage = page
    }

    /// Counts blank pages, the last of which is page `number`.
    package mutating func countBlank(_ pages: Int, through number: UInt32) {
        seen += pages
        blank += pages
        highestPage = max(highestPage, number)
    }

    private mutating func note(_ bad: BadPage) {
        switch bad.verdict {
        case .blank, .good: return
        case .correctable: correctable.insert(bad.number)
        case .wrongNumber: wrongNumber.insert(bad.number)
        case .badChecksum: badChecksum.insert(bad.number)
        case .lostWrite: lostWrites.insert(bad.number)
        case .notInitialized: notInitialized.insert(bad.number)
        }
        if listed.count < listLimit { listed.append(bad) }
    }

    /// Ends the count.
    ///
    /// - Parameters:
    ///   - ownedEnd: The last page that the database owns; bad pages after it are warnings. When it is unknown
    ///     every slot counts.
    ///   - flushMap: Whether the verdicts counted took a flush map into account.
    ///   - isNew: True for a database that is being created, which may have no tree of owned extents yet.
    package consuming func finish(
        ownedEnd: OwnedExtent.End, flushMap: FlushMapUse = .none, isNew: Bool = false
    ) -> PageReport {
        let isTrailed = trailer?.number == highestPage
        if let trailer, !isTrailed { note(trailer) }
        let last = ownedEnd.lastPage ?? .max
        let behind = [correctable, wrongNumber, badChecksum, lostWrites, notInitialized].reduce(0) {
            $0 + $1.count - $1.count(through: last)
        }
        return PageReport(
            seen: seen, blank: blank, good: good, correctable: correctable.count(through: last),
            wrongNumber: wrongNumber.count(through: last), badChecksum: badChecksum.count(through: last),
            lostWrites: lostWrites.count(through: last), notInitialized: notInitialized.count(through: last),
            badBehindEnd: behind, ownedEnd: ownedEnd,
            slots: isTrailed ? max(highestPage, 1) - 1 : highestPage,
            hasTrailer: isTrailed, highestDbtime: highestDbtime, highestDbtimePage: highestDbtimePage,
            bad: listed.filter { $0.number <= last }.sorted(),
            behindEnd: listed.filter { $0.number > last }.sorted(), flushMap: flushMap, isNew: isNew)
    }
}

/// A page that failed its check.
package struct BadPage: Equatable, Comparable, Sendable {
    package let number: UInt32
    package let verdict: PageVerdict

    package init(number: UInt32, verdict: PageVerdict) {
        self.number = number
        self.verdict = verdict
    }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

extension BadPage: CustomStringConvertible, Encodable {
    /// `page 17: checksum failed, …`.
    package var description: String { "page \(number): \(verdict)" }

    private enum CodingKeys: CodingKey { case page, kind, reason }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(number, forKey: .page)
        try container.encode(verdict.kind, forKey: .kind)
        try container.encode(verdict.description, forKey: .reason)
    }
}

/// Judges the pages of one database by all that is known of it: checksums, its flush map, and the pages that it must have.
package struct PageJudge: Sendable {
    package let size: PageSize
    private let flushMap: FlushMap?
    /// True where pages 1 to 4 must have been written.
    private let hasSystemPages: Bool

    package init(_ pair: HeaderPair, flushMap: FlushMap? = nil) {
        size = pair.pageSize
        self.flushMap = flushMap
        hasSystemPages = !pair.header.isNew
    }

    /// - Parameter page: One whole page.
    package func verdict(of page: Span<UInt8>, number: UInt32) -> PageVerdict {
        let verdict = PageChecksum.verdict(of: page, number: number)
        if verdict == .blank, hasSystemPages, let system = SystemPage(rawValue: number) {
            return .notInitialized(system)
        }
        return flushMap?.verdict(verdict, of: page, number: number) ?? verdict
    }
}
