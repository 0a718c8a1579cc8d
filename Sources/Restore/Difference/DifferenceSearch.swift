internal import Image
internal import Platform
internal import StoreFormat

/// Tells what is different between two images from their maps and fingerprints; no pack is read.
///
/// Bytes are the same where both maps name the same part of one record, and blocks where their fingerprints are the same.
/// A block that is neither has moved where the older map names all of its records somewhere. One that was moved off its
/// grid and shipped again counts as changed, whatever its bytes.
package struct DifferenceSearch {
    package struct Limits {
        /// Blocks whose pieces are looked up at once.
        package var windowBlocks = 1 << 16
        /// Blocks, or parts of them, that may have moved and wait for a look at all of the older map.
        package var waiting = 1 << 18
        /// Stretches that are reported one by one.
        package var stretches = 1 << 16
        package init() {}
    }

    private let old: ImageReader
    private let new: ImageReader
    private let limits: Limits
    private var oldPrints: FingerprintLookup
    private var newPrints: FingerprintLookup

    package init(from old: ImageReader, to new: ImageReader, _ limits: Limits = Limits()) {
        self.old = old
        self.new = new
        self.limits = limits
        oldPrints = FingerprintLookup(old.fingerprints.runs)
        newPrints = FingerprintLookup(new.fingerprints.runs)
    }

    /// - Parameter progress: Counts bytes of the newer image.
    package mutating func run(
        _ progress: (_ doneBytes: Int) throws(SyncError) -> Void
    ) throws(SyncError) -> ImageDifference {
        let members = self.members
        var collector = DifferenceCollector(
            ImageDifference(members, mostStretches: limits.stretches), old: old, limit: limits.waiting)
        for (number, member) in members.enumerated() {
            let (before, after) = (member.before, member.after)
            let isSameGrid = before?.blockSize == after?.blockSize
            if let after {
                try compare(after, isSameGrid ? before : nil, number, &collector)
                try progress(after.end)
            }
            if let before {
                let kept = isSameGrid ? min(after?.blockCount ?? 0, before.blockCount) : 0
                try collector.add(.removed, kept..<before.blockCount, ofMember: number)
            }
        }
        return try collector.finish()
    }

    private var members: [ImageDifference.Member] {
        var known: [Extent.Key: Extent] = [:]
        for extent in old.point.layout.extents where known[extent.key] == nil { known[extent.key] = extent }
        let there = new.point.layout.extents.map {
            ImageDifference.Member(key: $0.key, before: known.removeValue(forKey: $0.key), after: $0)
        }
        let gone = old.point.layout.extents.compactMap { extent in
            known[extent.key] == extent
                ? ImageDifference.Member(key: extent.key, before: extent, after: nil) : nil
        }
        return there + gone
    }

    private mutating func compare(
        _ after: Extent, _ before: Extent?, _ member: Int, _ collector: inout DifferenceCollector
    ) throws(SyncError) {
        let shared = min(after.blockCount, before?.blockCount ?? 0)
        for first in stride(from: 0, to: after.blockCount, by: limits.windowBlocks) {
            let window = first..<min(first + limits.windowBlocks, after.blockCount)
            let now = try new.map.pieces(in: after.range(ofBlocks: window), of: new.point)
            var then: [MapEntry] = []
            if let before, first < shared {
                let common = before.range(ofBlocks: first..<min(window.upperBound, shared))
                let distance = after.offset - before.offset
                then = try old.map.pieces(in: common, of: old.point).map {
                    $0.moved(by: distance, keeping: $0.offset..<$0.end)
                }
            }
            var next = first
            for blocks in Self.blocks(of: after, Self.different(now, then), before, shared, in: window) {
                try collector.add(.unchanged, next..<blocks.lowerBound, ofMember: member)
                for index in blocks.clamped(to: 0..<shared) {
                    try judge(index, after, before, now, member, &collector)
                }
                let added = blocks.clamped(to: shared..<after.blockCount)
                try judgeAdded(added, after, now, member, &collector)
                next = blocks.upperBound
            }
            try collector.add(.unchanged, next..<window.upperBound, ofMember: member)
        }
    }

    /// The parts of `new` that are not the same part of the same record in `old`; both rising, in the same place.
    private static func different(_ new: [MapEntry], _ old: [MapEntry]) -> [Range<Int>] {
        var different: [Range<Int>] = []
        var first = 0
        for piece in new {
            var start = piece.offset
            while first < old.count, old[first].end <= start { first += 1 }
            for other in old[first...] {
                guard other.offset < piece.end else { break }
                let common = max(start, other.offset)..<min(piece.end, other.end)
                if start < common.lowerBound { different.appendJoined(start..<common.lowerBound) }
                if piece.cut(to: common)?.source != other.cut(to: common)?.source {
                    different.appendJoined(common)
                }
                start = common.upperBound
            }
            if start < piece.end { different.appendJoined(start..<piece.end) }
        }
        return different
    }

    /// The blocks that ranges touch, and the one whose length is another than before; rising and apart.
    private static func blocks(
        of extent: Extent, _ ranges: [Range<Int>], _ before: Extent?, _ shared: Int, in window: Range<Int>
    ) -> [Range<Int>] {
        var touched = ranges.map {
            ($0.lowerBound - extent.offset) / extent.blockSize..<($0.upperBound - 1 - extent.offset)
                / extent.blockSize + 1
        }
        if let before, shared > 0, window.contains(shared - 1),
            before.range(ofBlock: shared - 1).count != extent.range(ofBlock: shared - 1).count
        {
            let place = touched.partitioningIndex { $0.lowerBound >= shared - 1 }
            touched.insert(shared - 1..<shared, at: place)
        }
        var result: [Range<Int>] = []
        for blocks in touched {
            let start = max(blocks.lowerBound, result.last?.upperBound ?? 0)
            if start < blocks.upperBound { result.appendJoined(start..<blocks.upperBound) }
        }
        return result
    }

    /// A block that both images have, of whose bytes the maps do not say that they are the same.
    private mutating func judge(
        _ index: Int, _ after: Extent, _ before: Extent?, _ now: [MapEntry], _ member: Int,
        _ collector: inout DifferenceCollector
    ) throws(SyncError) {
        let range = after.range(ofBlock: index)
        if let old = before?.range(ofBlock: index), old.count == range.count,
            let content = try newPrints.content(of: range), try oldPrints.content(of: old) == content
        {
            return try collector.add(.unchanged, index..<index + 1, ofMember: member)
        }
        try collector.add(.changed, block: index, Layer.parts(of: now, in: range).found, ofMember: member)
    }

    /// Blocks after the end of the older member; zeros at once, however many there are.
    private func judgeAdded(
        _ blocks: Range<Int>, _ after: Extent, _ now: [MapEntry], _ member: Int,
        _ collector: inout DifferenceCollector
    ) throws(SyncError) {
        guard !blocks.isEmpty else { return }
        var index = blocks.lowerBound
        while index < blocks.upperBound {
            let range = after.range(ofBlock: index)
            let piece = now[Layer.firstIndex(in: now, endingAfter: range.lowerBound)]
            let whole =
                piece.end >= after.end ? after.blockCount : (piece.end - after.offset) / after.blockSize
            if piece.source == .zero, whole > index {
                let end = min(whole, blocks.upperBound)
                try collector.add(.added, index..<end, ofMember: member)
                index = end
            } else {
                let parts = Layer.parts(of: now, in: range).found
                try collector.add(.added, block: index, parts, ofMember: member)
                index += 1
            }
        }
    }
}

extension ImageReader {
    /// Passes the first bytes of blocks of the image to `body`, each verified.
    ///
    /// - Parameters:
    ///   - ranges: Whole blocks, rising and apart.
    ///   - count: Bytes that are wanted of each.
    package func heads(
        of ranges: [Range<Int>], count: Int, _ progress: (_ doneBytes: Int) throws(SyncError) -> Void,
        into body: @escaping (_ offset: Int, [UInt8]) -> Void
    ) throws(SyncError) {
        _ = try deliver(ranges, progress, into: HeadSink(point.layout, count, body))
    }
}

/// Takes the heads of blocks out of what passes.
private final class HeadSink: ImageSink {
    private let layout: ImageLayout
    private let count: Int
    private let body: (Int, [UInt8]) -> Void
    /// Of the block that has begun.
    private var head: [UInt8] = []

    init(_ layout: ImageLayout, _ count: Int, _ body: @escaping (Int, [UInt8]) -> Void) {
        self.layout = layout
        self.count = count
        self.body = body
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(SyncError) {
        let end = offset + bytes.count
        var position = offset
        while position < end, let block = layout.block(at: position)?.range {
            let headEnd = min(block.lowerBound + count, block.upperBound)
            if position < headEnd {
                head.append(copying: bytes.extracting(position - offset..<min(headEnd, end) - offset))
                if headEnd <= end { body(block.lowerBound, exchange(&head, with: [])) }
            }
            position = block.upperBound
        }
    }

    func writeZeros(_ range: Range<Int>) throws(SyncError) {
        try StreamSink.forEach(range) { (offset, zeros) throws(SyncError) in try write(zeros, at: offset) }
    }
}
