internal import Platform

/// The pages that belong to a database and to none of its trees, from the tree of available extents on page 3.
package enum AvailableExtents {
    private static let root: UInt32 = 3
    private static let maximumDepth = 8
    /// More than the tree of a database of the largest size has.
    private static let maximumPages = 1 << 16

    /// - Parameter read: The bytes of a database page, nil when the file ends before it.
    /// - Returns: The extents that could be read; one that a damaged part of the tree holds is not among them.
    package static func ranges<Failure: Error>(
        _ size: PageSize, read: (UInt32) throws(Failure) -> [UInt8]?
    ) throws(Failure) -> [ClosedRange<UInt32>] {
        var found: [ClosedRange<UInt32>] = []
        var level: [UInt32] = [root]
        var left = maximumPages
        for _ in 0..<maximumDepth where !level.isEmpty {
            var next: [UInt32] = []
            for number in level {
                guard left > 0 else { return found }
                left -= 1
                guard let page = try read(number), page.count == size.bytes,
                    PageChecksum.verdict(of: page.span, number: number) == .good,
                    TreePage.isSpaceTree(page.span)
                else { continue }
                let isLeaf = TreePage.isLeaf(page.span)
                for node in TreePage(size: size).nodes(of: page.span) where node.data.count >= 4 {
                    let value = node.data.span.uint32(at: 0)
                    guard isLeaf else {
                        next.append(value)
                        continue
                    }
                    if let extent = extent(node.key, pages: value) { found.append(extent) }
                }
            }
            level = next
        }
        return found
    }

    /// The key ends with the last page; newer engines put a byte before it.
    private static func extent(_ key: [UInt8], pages: UInt32) -> ClosedRange<UInt32>? {
        guard key.count >= 4 else { return nil }
        let last = key.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard pages > 0, pages <= last else { return nil }
        return last - pages + 1...last
    }
}
