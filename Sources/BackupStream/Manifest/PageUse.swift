/// How many pages of databases hold something, and how many are blank: what a count of checked pages does not say.
package struct PageUse: Equatable, Sendable, CustomStringConvertible {
    package let inUse: Int
    package let blank: Int

    package init(inUse: Int, blank: Int) {
        self.inUse = inUse
        self.blank = blank
    }

    package init(_ pages: ImageManifest.Pages) {
        self.init(
            inUse: [pages.good, pages.bad, pages.correctable].reduce(0, Self.sum), blank: max(0, pages.blank))
    }

    /// Of all of them together.
    package init(_ databases: [ImageManifest.Database]) {
        let uses = databases.map { Self($0.pages) }
        self.init(inUse: uses.map(\.inUse).reduce(0, Self.sum), blank: uses.map(\.blank).reduce(0, Self.sum))
    }

    /// Counts in a point are from outside: the most there can be stands for a sum that has no place.
    private static func sum(_ one: Int, _ other: Int) -> Int {
        let (sum, isOver) = one.addingReportingOverflow(max(0, other))
        return isOver ? .max : sum
    }

    /// `381 pages in use, 385 blank`.
    package var description: String {
        let used = inUse == 0 ? "no page" : inUse == 1 ? "1 page" : "\(inUse) pages"
        return "\(used) in use, \(blank) blank"
    }
}
