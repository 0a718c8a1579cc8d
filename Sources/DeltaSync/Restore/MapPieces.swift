internal import Image
internal import OffsiteStore

/// What a map says of ranges of its image, as much at once as is planned at once.
struct MapPieces {
    /// Pieces of the image, and the deltas below them.
    private static let plannedRecords = 1 << 18
    /// Blocks whose pieces are looked up at once.
    private static let windowBlocks = 1 << 16

    private let map: MapStack
    private let point: Point
    private let ranges: [Range<Int>]
    /// The range that is looked up next, and what of it has been.
    private var number = 0
    private var done = 0
    private var pieces: [MapEntry] = []
    /// Records behind `pieces`, with the deltas below them.
    private var records = 0

    /// - Parameter ranges: Rising and apart.
    init(_ map: MapStack, _ ranges: [Range<Int>], _ point: Point) {
        self.map = map
        self.ranges = ranges
        self.point = point
    }

    /// The next pieces in the order of the image; nil behind the last.
    ///
    /// - Throws: `damaged` where the map says nothing.
    mutating func next() throws(SyncError) -> [MapEntry]? {
        while number < ranges.count {
            let start = ranges[number].lowerBound + done
            let end = min(
                ranges[number].upperBound,
                start + Self.windowBlocks * point.layout.blockSize(at: start))
            let window = start..<end
            done += window.count
            if end == ranges[number].upperBound { (number, done) = (number + 1, 0) }
            let (found, gaps) = try map.parts(in: window)
            guard gaps.isEmpty else {
                throw .damaged("the map of point \(point.id) says nothing about byte \(gaps[0].lowerBound)")
            }
            for piece in found { append(piece) }
            if records >= Self.plannedRecords { return take() }
        }
        return pieces.isEmpty ? nil : take()
    }

    private mutating func append(_ piece: MapEntry) {
        // However long a stretch of zeros is, and over however many windows, it is one piece.
        if let last = pieces.last, last.source == .zero, piece.source == .zero, last.end == piece.offset {
            pieces[pieces.count - 1] = MapEntry(
                offset: last.offset, length: last.length + piece.length, source: .zero)
            return
        }
        pieces.append(piece)
        records += 1
        if case .record(_, _, _, let depth) = piece.source { records += depth }
    }

    private mutating func take() -> [MapEntry] {
        records = 0
        return exchange(&pieces, with: [])
    }
}
