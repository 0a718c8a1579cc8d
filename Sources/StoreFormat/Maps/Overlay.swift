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
