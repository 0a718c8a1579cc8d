package import Image
package import Platform

/// The fingerprints of a range of an image, block by block from its start.
package struct FingerprintRun: RangePiece {
    package enum Source {
        case zero
        /// One fingerprint a block, from number `first` of the list on; the last block may be short.
        case blocks(FingerprintList, first: Int)
        /// Those that the segments below have for the range that starts at `from`.
        case moved(from: Int)
    }
    package let offset: Int
    package let length: Int
    package let blockSize: Int
    package let source: Source

    package init(offset: Int, length: Int, blockSize: Int, source: Source) {
        self.offset = offset
        self.length = length
        self.blockSize = blockSize
        self.source = source
    }

    package var blockCount: Int { (length + blockSize - 1) / blockSize }

    package func cut(to range: Range<Int>) -> Self? {
        let first = (range.lowerBound - offset + blockSize - 1) / blockSize
        let last = range.upperBound == end ? blockCount : (range.upperBound - offset) / blockSize
        guard first < last else { return nil }
        let start = first * blockSize
        let source: Source =
            switch self.source {
            case .zero: .zero
            case .blocks(let list, let start): .blocks(list, first: start + first)
            case .moved(let from): .moved(from: from + start)
            }
        let stop = last == blockCount ? length : last * blockSize
        return Self(offset: offset + start, length: stop - start, blockSize: blockSize, source: source)
    }

    func shifted(by distance: Int) -> Self {
        Self(offset: offset + distance, length: length, blockSize: blockSize, source: source)
    }

    /// `newer` over `older`; what `newer` says has moved is looked up in `older`.
    ///
    /// A moved range that `older` does not know keeps pointing below. Of a block that is covered in part
    /// nothing is known any more, and nothing of `older` shows through there.
    /// - Parameter limit: Most runs of the result. Runs that all move the same range would otherwise make it
    ///   the product of both.
    package static func overlay(
        _ newer: [Self], over older: [Self], limit: Int
    ) throws(FormatError) -> [Self] {
        var upper = newer.lazy.map { Layered(run: $0, isNewer: true) }.makeIterator()
        var lower = older.lazy.map { Layered(run: $0, isNewer: false) }.makeIterator()
        var layers = Overlay {
            upper.next()
        } over: {
            lower.next()
        }
        var result: [Self] = []
        while let layered = layers.next() {
            guard layered.isNewer, case .moved(let from) = layered.run.source else {
                result.append(layered.run)
                continue
            }
            result.append(contentsOf: layered.run.resolved(from: from, in: older))
            guard result.count <= limit else {
                throw .overLimit(
                    field: "fingerprint runs", value: UInt64(result.count), limit: UInt64(limit))
            }
        }
        return result
    }

    /// The run, which stands for the range that starts at `from`, as `older` knows that range.
    private func resolved(from: Int, in older: [Self]) -> [Self] {
        let (found, gaps) = Layer.parts(of: older, in: from..<from + length)
        var parts = found.map { $0.shifted(by: offset - from) }
        for gap in gaps {
            parts.append(
                Self(
                    offset: gap.lowerBound - from + offset, length: gap.count, blockSize: blockSize,
                    source: .moved(from: gap.lowerBound)))
        }
        return parts.sorted { $0.offset < $1.offset }
    }

    /// A run that remembers which layer it is from.
    private struct Layered: RangePiece {
        let run: FingerprintRun
        let isNewer: Bool
        var offset: Int { run.offset }
        var length: Int { run.length }

        func cut(to range: Range<Int>) -> Self? {
            run.cut(to: range).map { Self(run: $0, isNewer: isNewer) }
        }
    }

    /// What a block of the run holds; nil for a run that has moved.
    package func content(ofBlock index: Int) throws(ImageError) -> BlockContent? {
        switch source {
        case .zero: .zero
        case .blocks(let list, let first): .data(try list[first + index])
        case .moved: nil
        }
    }
}

extension FingerprintRun {
    /// `newer` over `older` as one layer that will lie over others: it hides of them what either of the two hid.
    ///
    /// Blocks that are covered in part leave bytes of which nothing is known any more. Without a run of their own they
    /// would be a hole, through which a fingerprint of an older layer would show that is none of the bytes there now.
    static func merged(_ newer: [Self], over older: [Self], limit: Int) throws(FormatError) -> [Self] {
        let known = try overlay(newer, over: older, limit: limit)
        var result: [Self] = []
        var next = 0
        for covered in covered(newer, older) {
            var start = covered.lowerBound
            while next < known.count, known[next].offset < covered.upperBound {
                if start < known[next].offset { result.append(.unknown(start..<known[next].offset)) }
                result.append(known[next])
                start = known[next].end
                next += 1
            }
            if start < covered.upperBound { result.append(.unknown(start..<covered.upperBound)) }
        }
        guard result.count <= limit else {
            throw .overLimit(field: "fingerprint runs", value: UInt64(result.count), limit: UInt64(limit))
        }
        return result
    }

    /// The bytes that two layers have runs for, rising and apart.
    private static func covered(_ newer: [Self], _ older: [Self]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var (above, below) = (newer[...], older[...])
        while let run = (above.first?.offset ?? .max) <= (below.first?.offset ?? .max)
            ? above.popFirst() : below.popFirst()
        {
            if let last = ranges.last, run.offset <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, run.end)
            } else {
                ranges.append(run.offset..<run.end)
            }
        }
        return ranges
    }

    /// Bytes of which nothing is known: they have moved from where no image has any.
    private static func unknown(_ range: Range<Int>) -> Self {
        Self(
            offset: range.lowerBound, length: range.count, blockSize: 1,
            source: .moved(from: MapEntry.maximumOffset - range.count))
    }
}
