internal import Image
package import StoreFormat

/// Entries of a map for ranges of its image, as many at once as are planned at once.
package struct MapWalker {
    package struct Limits {
        /// Pieces of the image, and the deltas below them.
        package var records = 1 << 18
        /// Blocks whose pieces are looked up at once.
        package var windowBlocks = 1 << 16

        package init() {}
    }

    private let map: LayeredMap
    private let point: Point
    private let limits: Limits
    private let ranges: [Range<Int>]
    /// The range that is looked up next, and what of it has been.
    private var number = 0
    private var done = 0
    /// Entries that were looked up and not returned.
    private var found: ArraySlice<MapEntry> = []

    /// - Parameter ranges: Rising and apart.
    package init(_ map: LayeredMap, _ ranges: [Range<Int>], _ point: Point, _ limits: Limits = Limits()) {
        self.map = map
        self.ranges = ranges
        self.point = point
        self.limits = limits
    }

    /// The next pieces in the order of the image; nil after the last.
    ///
    /// - Throws: `damaged` where the map says nothing.
    package mutating func next() throws(SyncError) -> [MapEntry]? {
        var pieces: [MapEntry] = []
        var records = 0
        while records < limits.records {
            guard let piece = found.popFirst() else {
                guard let window = nextWindow() else { break }
                found = try map.pieces(in: window, of: point)[...]
                continue
            }
            // However long a stretch of zeros is, and over however many windows, it is one piece.
            if piece.source == .zero, let joined = pieces.last?.joined(with: piece) {
                pieces[pieces.count - 1] = joined
                continue
            }
            pieces.append(piece)
            records += 1
            if case .record(_, _, _, let depth) = piece.source { records += depth }
        }
        return pieces.isEmpty ? nil : pieces
    }

    /// The next part of the ranges; nil after the last.
    private mutating func nextWindow() -> Range<Int>? {
        while number < ranges.count {
            let start = ranges[number].lowerBound + done
            let blockSize = point.layout.blockSize(at: start)
            let end = min(ranges[number].upperBound, start + limits.windowBlocks * blockSize)
            done += end - start
            if end == ranges[number].upperBound { (number, done) = (number + 1, 0) }
            if start < end { return start..<end }
        }
        return nil
    }
}

/// One record of a job.
package struct RecordAddress: Hashable, CustomStringConvertible {
    package let frame: FrameID
    package let record: Int

    package init(_ frame: FrameID, _ record: Int) {
        self.frame = frame
        self.record = record
    }

    package init(_ slice: Record.Slice) { self.init(slice.frame, slice.record) }

    package var description: String { "record \(record) of frame \(frame)" }
}
