/// Where the bytes of a range of an image are.
package struct MapEntry: Equatable, Sendable, RangePiece {
    package enum Source: Equatable, Sendable {
        case zero
        /// Inside record `record` of `frame`, from byte `offset` of what it decodes to.
        ///
        /// `depth` counts the deltas that must be applied: 0 for a plain record.
        case record(frame: FrameID, record: Int, offset: Int, depth: Int)
    }
    /// What one takes in a segment at most, unless its image is far larger than any.
    package static let usualBytes = 14

    package let offset: Int
    package let length: Int
    package let source: Source

    package init(offset: Int, length: Int, source: Source) {
        self.offset = offset
        self.length = length
        self.source = source
    }

    package func cut(to range: Range<Int>) -> Self? { moved(by: 0, keeping: range) }

    /// The part of the entry inside `range`, as it reads when it stands `distance` bytes further on.
    package func moved(by distance: Int, keeping range: Range<Int>) -> Self {
        let source: Source =
            switch self.source {
            case .zero: .zero
            case .record(let frame, let record, let start, let depth):
                .record(frame: frame, record: record, offset: start + range.lowerBound - offset, depth: depth)
            }
        return Self(offset: range.lowerBound + distance, length: range.count, source: source)
    }

    /// True when `next` goes on where this entry ends, in the image and in the record.
    private func continues(into next: Self) -> Bool {
        guard next.offset == end else { return false }
        switch (source, next.source) {
        case (.zero, .zero): return true
        case (.record(let frame, let record, let start, let depth), .record(let f, let r, let s, let d)):
            return frame == f && record == r && depth == d && s == start + length
        default: return false
        }
    }

    /// This entry and the next as one; nil when they are two.
    package func joined(with next: Self) -> Self? {
        continues(into: next) ? Self(offset: offset, length: length + next.length, source: source) : nil
    }

    /// Joins neighbours that are one.
    package static func coalesced(_ entries: [Self]) -> [Self] {
        var result: [Self] = []
        for entry in entries {
            if let joined = result.last?.joined(with: entry) {
                result[result.count - 1] = joined
            } else {
                result.append(entry)
            }
        }
        return result
    }
}
