internal import ESE
internal import Image
internal import Platform
package import Restore

/// The trees of a database that pages belong to which are not what they were.
package struct ChangedTrees: Equatable, Sendable {
    package struct Tree: Equatable, Sendable {
        /// `objidFDP` of its pages.
        package let objectID: UInt32
        /// Pages that belonged to it and do so still.
        package fileprivate(set) var changed = 0
        /// Pages that belonged to no tree before, or to another.
        package fileprivate(set) var gained = 0
        /// Pages that belong to it no more.
        package fileprivate(set) var lost = 0
    }

    /// Pages of each image whose heads are read at most: each is fetched and proven as a whole.
    package static let maximumPages = 1 << 16
    /// The two headers of a database stand where pages would.
    private static let firstPage = 2

    /// By object id.
    package private(set) var trees: [Tree] = []
    /// Pages that were not looked at.
    package private(set) var pagesLeftOut = 0

    /// - Parameter member: A database that both images have, or one of them.
    package init(
        of member: ImageDifference.Member, from old: ImageReader, to new: ImageReader,
        _ progress: () throws(SyncError) -> Void
    ) throws(SyncError) {
        let common = min(member.before?.blockCount ?? 0, member.after?.blockCount ?? 0)
        var then: [Range<Int>] = []
        var now: [Range<Int>] = []
        for stretch in member.stretches {
            let blocks = stretch.blocks.clamped(to: Self.firstPage..<Int.max)
            if stretch.kind != .removed { now.append(blocks) }
            then.append(stretch.kind == .removed ? blocks : blocks.clamped(to: 0..<max(common, 0)))
        }
        let before = try owners(of: then, member.before, in: old, progress)
        let after = try owners(of: now, member.after, in: new, progress)
        var found: [UInt32: Tree] = [:]
        for page in Set(before.keys).union(after.keys) {
            let (one, other) = (before[page], after[page])
            if one == other {
                if let one { found[one, default: Tree(objectID: one)].changed += 1 }
                continue
            }
            if let one { found[one, default: Tree(objectID: one)].lost += 1 }
            if let other { found[other, default: Tree(objectID: other)].gained += 1 }
        }
        trees = found.values.sorted { $0.objectID < $1.objectID }
    }

    /// Of each page the tree that it belongs to.
    private mutating func owners(
        of blocks: [Range<Int>], _ extent: Extent?, in image: ImageReader,
        _ progress: () throws(SyncError) -> Void
    ) throws(SyncError) -> [Int: UInt32] {
        guard let extent else { return [:] }
        var left = Self.maximumPages
        var ranges: [Range<Int>] = []
        for some in blocks where !some.isEmpty {
            let taken = some.lowerBound..<some.lowerBound + min(left, some.count)
            left -= taken.count
            pagesLeftOut += some.count - taken.count
            if !taken.isEmpty { ranges.appendJoined(extent.range(ofBlocks: taken)) }
        }
        let owners = Owners()
        try image.heads(of: ranges, count: PageHead.byteCount) { _ throws(SyncError) in
            try progress()
        } into: {
            (offset, head) in
            let block = (offset - extent.offset) / extent.blockSize
            owners.found[block] = PageHead.objectID(of: head.span)
        }
        return owners.found
    }

    private final class Owners {
        var found: [Int: UInt32] = [:]
    }
}
