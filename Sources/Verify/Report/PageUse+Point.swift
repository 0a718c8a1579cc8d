package import BackupStream
package import StoreFormat

extension PageUse {
    /// From the facts about its source, which know what lies behind the end of a database; else from its counts.
    package init(_ point: Point) {
        if let summary = try? ManifestSummary(parsing: point.sourceFacts), !summary.databases.isEmpty {
            self.init(summary.databases)
            return
        }
        let blank = max(0, point.counts.blankPages)
        let (rest, isOver) = point.counts.pages.subtractingReportingOverflow(blank)
        self.init(inUse: isOver ? 0 : max(0, rest), blank: blank)
    }
}
