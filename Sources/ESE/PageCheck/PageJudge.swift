internal import Platform

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
