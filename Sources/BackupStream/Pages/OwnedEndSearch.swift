internal import ESE
internal import Platform

/// Finds the last owned page of a database while its pages pass, without going back.
///
/// The tree of owned extents starts on page 2. Its pages lie in rising order in nearly every database; where
/// they do not, the end stays unknown and every slot counts.
struct OwnedEndSearch {
    private let size: PageSize
    private(set) var end: OwnedExtent.End
    /// The pages of the tree that have passed.
    private var kept: [UInt32: [UInt8]] = [:]
    /// The page of the tree that must come next; nil when the search is over.
    private var awaited: UInt32? = 2

    /// The end found by the search.
    private let found: OwnedExtent.End?

    /// - Parameter found: What was found by looking it up; where that was no page, the pages that pass may say more.
    init(_ size: PageSize, found: OwnedExtent.End?) {
        self.size = size
        self.found = found
        end = .unknown(.unreadable(page: 2))
        guard let found, found.lastPage != nil else { return }
        end = found
        awaited = nil
    }

    /// The slot of the page that must come next; nil when the search is over.
    var awaitedSlot: Int? { awaited.map { Int($0) + 1 } }

    func isBehind(_ number: UInt32) -> Bool { end.lastPage.map { number > $0 } ?? false }

    /// Looks at a page that has just passed.
    mutating func look(at page: Span<UInt8>, number: UInt32) {
        guard number == awaited else { return }
        kept[number] = page.array(0..<page.count)
        end = OwnedExtent.end(size) { kept[$0] }
        awaited = nil
        if case .unknown(.unreadable(let next)) = end {
            if next > number { awaited = next } else { end = found ?? .unknown(.passed(page: next)) }
        }
        if awaited == nil { kept = [:] }
    }
}
