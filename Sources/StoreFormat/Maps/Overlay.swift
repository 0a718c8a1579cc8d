internal import Platform

/// Two layers of pieces as one: the newer wherever it says something, the older elsewhere.
///
/// Both come piece by piece, sorted and apart, and so does the result: nothing is held but a piece of each.
package struct Overlay<Piece: RangePiece, Failure: Error> {
    private let nextNewer: () throws(Failure) -> Piece?
    private let nextOlder: () throws(Failure) -> Piece?
    private var newer: Piece?
    /// What is left of the older piece that was taken last.
    private var older: Piece?
    private var hasBegun = false

    package init(
        _ newer: @escaping () throws(Failure) -> Piece?, over older: @escaping () throws(Failure) -> Piece?
    ) {
        nextNewer = newer
        nextOlder = older
    }

    package mutating func next() throws(Failure) -> Piece? {
        if !hasBegun {
            newer = try nextNewer()
            older = try nextOlder()
            hasBegun = true
        }
        while let below = older {
            guard let above = newer, above.offset < below.end else {
                older = try nextOlder()
                return below
            }
            if above.end <= below.offset {
                newer = try nextNewer()
                return above
            }
            // What of the older piece lies behind the newer one has its turn after it.
            let front = below.offset < above.offset ? below.cut(to: below.offset..<above.offset) : nil
            older = above.end < below.end ? below.cut(to: max(below.offset, above.end)..<below.end) : nil
            if older == nil { older = try nextOlder() }
            if let front { return front }
        }
        let last = newer
        if last != nil { newer = try nextNewer() }
        return last
    }
}

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
