package import Platform

/// Compares blocks of two signatures, many at a time.
///
/// Runs of zeros are compared by their lengths, and fingerprints as they lie in the files, so blocks that are the same
/// cost little more than reading 16 bytes of each.
package struct SignatureComparison {
    private let new: Signature
    private let old: Signature

    package init(_ new: Signature, _ old: Signature) {
        self.new = new
        self.old = old
    }

    /// How many blocks from `block` of the new image hold what those from `oldBlock` of the old one hold.
    ///
    /// By content alone: a short block is for the caller to tell apart.
    ///
    /// - Parameter limit: The most that count.
    package func same(from block: Int, as oldBlock: Int, limit: Int) throws(ImageError) -> Int {
        try count(from: block, oldBlock, limit: limit, same: true)
    }

    /// How many blocks from `block` of the new image hold other content than those from `oldBlock` of the old one.
    package func different(from block: Int, as oldBlock: Int, limit: Int) throws(ImageError) -> Int {
        try count(from: block, oldBlock, limit: limit, same: false)
    }

    /// The next blocks of an extent that are not what another extent of the old image has at the same place.
    ///
    /// Blocks that the old extent does not have differ, and so does a last block of another length. Both extents have
    /// the same block size.
    ///
    /// - Parameters:
    ///   - extent: Its number in the new image; `oldExtent` that in the old one.
    ///   - index: Where to begin, counted in blocks from the extents' start, as is what this gives.
    /// - Returns: Nil when all that follows is the same.
    package func nextDifference(
        in extent: Int, from index: Int, since oldExtent: Int
    ) throws(ImageError) -> Range<Int>? {
        let (now, then) = (new.layout.extents[extent], old.layout.extents[oldExtent])
        let (first, oldFirst) = (new.layout.firstBlocks[extent], old.layout.firstBlocks[oldExtent])
        let end = now.blockCount
        var both = min(end, then.blockCount)
        if both > 0, now.range(ofBlock: both - 1).count != then.range(ofBlock: both - 1).count { both -= 1 }
        var start = index
        if start < both { start += try same(from: first + start, as: oldFirst + start, limit: both - start) }
        guard start < end else { return nil }
        guard start < both else { return start..<end }
        let stop = start + (try different(from: first + start, as: oldFirst + start, limit: both - start))
        return start..<(stop == both ? end : stop)
    }

    private func count(
        from block: Int, _ oldBlock: Int, limit: Int, same: Bool
    ) throws(ImageError) -> Int {
        var done = 0
        while done < limit {
            guard let now = try new.blocks(from: block + done, limit: limit - done),
                let then = try old.blocks(from: oldBlock + done, limit: now.count)
            else { return done }
            if let one = now.fingerprints, let other = then.fingerprints {
                let length = Self.prefix(one.span, other.span, same: same)
                done += length
                if length < then.count { return done }
            } else {
                let isSame = now.fingerprints == nil && then.fingerprints == nil
                guard isSame == same else { return done }
                done += then.count
            }
        }
        return done
    }

    /// How many pairs from the first on are the same, or are not.
    ///
    /// - Parameter other: Not longer than `one`.
    private static func prefix(_ one: Span<Fingerprint>, _ other: Span<Fingerprint>, same: Bool) -> Int {
        for index in other.indices where (one[index] == other[index]) != same { return index }
        return other.count
    }
}

/// Which blocks of an image are zero: runs of zero and of data blocks, in block order.
///
/// A sparse image of many terabytes has few runs, so they are held in memory.
package struct SignatureRuns: Equatable, Sendable {
    package struct Run: Equatable, Sendable {
        package let firstBlock: Int
        package let count: Int
        package let isZero: Bool
        /// Data blocks in all runs before this one.
        package let dataBefore: Int
    }
    package private(set) var runs: [Run] = []
    private static let maximumRuns = 1 << 28

    package init() {}

    /// Appends blocks that are alike, to the last run where that is of their kind.
    package mutating func append(_ count: Int, isZero: Bool) {
        guard count > 0 else { return }
        if let last = runs.last, last.isZero == isZero {
            runs[runs.count - 1] = Run(
                firstBlock: last.firstBlock, count: last.count + count, isZero: isZero,
                dataBefore: last.dataBefore)
        } else {
            append(count: count, isZero: isZero)
        }
    }

    package var blockCount: Int { runs.last.map { $0.firstBlock + $0.count } ?? 0 }
    package var dataCount: Int { runs.last.map { $0.dataBefore + ($0.isZero ? 0 : $0.count) } ?? 0 }

    /// Number of the run that `block` is in; nil after the last one.
    func index(ofBlock block: Int) -> Int? {
        let index = runs.partitioningIndex { $0.firstBlock > block } - 1
        guard index >= 0, block < runs[index].firstBlock + runs[index].count else { return nil }
        return index
    }

    /// Layout (docs/format/signature.md, section 4): varint count of runs, then for each varint (blocks << 1 | zero).
    package func encode(into writer: inout ByteWriter) {
        writer.varint(runs.count)
        for run in runs { writer.varint(run.count << 1 | (run.isZero ? 1 : 0)) }
    }

    package init(parsing reader: inout ByteReader) throws(FormatError) {
        let count = try reader.varint("runs", limit: min(Self.maximumRuns, reader.remaining))
        for _ in 0..<count {
            let start = reader.offset
            let value = try reader.varint("run", limit: 1 << 52)
            guard value >= 2, runs.last?.isZero != (value & 1 == 1), blockCount < 1 << 52 else {
                throw .badField(field: "run", offset: start)
            }
            append(count: value >> 1, isZero: value & 1 == 1)
        }
    }

    private mutating func append(count: Int, isZero: Bool) {
        runs.append(Run(firstBlock: blockCount, count: count, isZero: isZero, dataBefore: dataCount))
    }
}
