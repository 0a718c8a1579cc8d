internal import Platform

/// Counts the pages of databases that hold something, and the blank ones: a count of checked pages shows neither.
package struct PageUse: Equatable, Sendable, CustomStringConvertible {
    package let inUse: Int
    package let blank: Int

    package init(inUse: Int, blank: Int) {
        self.inUse = inUse
        self.blank = blank
    }

    package init(_ pages: ImageManifest.Pages) { self.init(inUse: pages.inUse, blank: pages.blank) }

    /// The sum over several databases.
    package init(_ databases: [ImageManifest.Database]) {
        let uses = databases.map { Self($0.pages) }
        self.init(inUse: uses.saturatingSum(\.inUse), blank: uses.saturatingSum(\.blank))
    }

    /// `381 pages in use, 385 blank`.
    package var description: String {
        let used = inUse == 0 ? "no page" : inUse == 1 ? "1 page" : "\(inUse) pages"
        return "\(used) in use, \(blank) blank"
    }
}
