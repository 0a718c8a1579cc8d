internal import Platform

/// Something that stands for a range of an image and can be cut.
package protocol RangePiece {
    var offset: Int { get }
    var length: Int { get }

    /// The part inside `range`, which overlaps this piece; nil when nothing whole is left of it.
    func cut(to range: Range<Int>) -> Self?
}

extension RangePiece {
    package var end: Int { offset + length }
}

/// Sorted pieces that do not overlap.
package enum Layer {
    /// The parts of `pieces` inside `range`, and the gaps where no piece stands.
    ///
    /// A piece of which nothing whole is left is neither: something is there, and it is not known what.
    package static func parts<Piece: RangePiece>(
        of pieces: [Piece], in range: Range<Int>
    ) -> (found: [Piece], gaps: [Range<Int>]) {
        var found: [Piece] = []
        var gaps: [Range<Int>] = []
        var start = range.lowerBound
        var index = firstIndex(in: pieces, endingAfter: range.lowerBound)
        while index < pieces.count, pieces[index].offset < range.upperBound {
            let piece = pieces[index]
            if piece.offset > start { gaps.append(start..<piece.offset) }
            let overlap = max(piece.offset, range.lowerBound)..<min(piece.end, range.upperBound)
            if let part = piece.cut(to: overlap) { found.append(part) }
            start = overlap.upperBound
            index += 1
        }
        if start < range.upperBound { gaps.append(start..<range.upperBound) }
        return (found, gaps)
    }

    /// Index of the first piece that ends behind `offset`; `pieces.count` when there is none.
    package static func firstIndex<Piece: RangePiece>(in pieces: [Piece], endingAfter offset: Int) -> Int {
        pieces.partitioningIndex { $0.end > offset }
    }
}
