internal import StoreFormat

/// Takes what becomes of blocks in their order, some of it to be decided when the older image's map was gone through.
///
/// Blocks that may have moved wait, as many at once as there is room for, so that the map is read once for all of them.
struct DifferenceCollector {
    private struct Waiting {
        let member: Int
        var blocks: Range<Int>
        /// That of a block which turns out not to have moved.
        let kind: ImageDifference.Kind
        /// The parts of a block that may have moved, among all that are wanted; empty for what is decided.
        let wanted: Range<Int>
    }

    private let old: ImageReader
    private let limit: Int
    private let knownFrames: Set<FrameID>
    private var waiting: [Waiting] = []
    private var wanted: [MovedSearch.Wanted] = []
    private var result: ImageDifference

    /// - Parameter limit: Blocks, or parts of them, that wait at once.
    init(_ result: ImageDifference, old: ImageReader, limit: Int) {
        self.result = result
        self.old = old
        self.limit = limit
        knownFrames = Set(old.map.segments.flatMap(\.entries.frames))
    }

    mutating func add(
        _ kind: ImageDifference.Kind, _ blocks: Range<Int>, ofMember member: Int
    ) throws(SyncError) {
        guard !blocks.isEmpty else { return }
        if let last = waiting.last, last.wanted.isEmpty, last.member == member, last.kind == kind,
            last.blocks.upperBound == blocks.lowerBound
        {
            waiting[waiting.count - 1].blocks = last.blocks.lowerBound..<blocks.upperBound
        } else {
            try wait(for: Waiting(member: member, blocks: blocks, kind: kind, wanted: 0..<0))
        }
    }

    /// Adds a block that is not what it was, made of `parts`.
    mutating func add(
        _ kind: ImageDifference.Kind, block index: Int, _ parts: [MapEntry], ofMember member: Int
    ) throws(SyncError) {
        let start = wanted.count
        for part in parts {
            guard case .record(let frame, let record, let offset, _) = part.source,
                // Blocks that were shipped since then have not moved.
                knownFrames.contains(frame)
            else {
                wanted.removeLast(wanted.count - start)
                return try add(kind, index..<index + 1, ofMember: member)
            }
            wanted.append(.init(RecordAddress(frame, record), offset..<offset + part.length))
        }
        try wait(
            for: Waiting(member: member, blocks: index..<index + 1, kind: kind, wanted: start..<wanted.count))
    }

    consuming func finish() throws(SyncError) -> ImageDifference {
        try flush()
        return result
    }

    private mutating func wait(for some: Waiting) throws(SyncError) {
        waiting.append(some)
        if waiting.count >= limit || wanted.count >= limit { try flush() }
    }

    private mutating func flush() throws(SyncError) {
        let found = wanted.isEmpty ? [] : try MovedSearch(wanted).run(in: old)
        for some in waiting {
            let hasMoved = !some.wanted.isEmpty && found[some.wanted].allSatisfy(\.self)
            result.add(hasMoved ? .moved : some.kind, some.blocks, ofMember: some.member)
        }
        waiting.removeAll(keepingCapacity: true)
        wanted.removeAll(keepingCapacity: true)
    }
}
