internal import Image
package import OffsiteStore
package import Platform
package import StoreFormat

/// Finds the bytes of an image that cannot be made any more, since packs are damaged.
///
/// A byte needs the frame that its record stands in, and those of the record's bases.
package struct DamagedRanges {
    private let store: any ObjectStore
    private let points: PointReader
    private let scratch: ScratchFolder

    /// - Parameter scratch: For the point's map.
    package init(_ store: any ObjectStore, _ points: PointReader, _ scratch: ScratchFolder) {
        self.store = store
        self.points = points
        self.scratch = scratch
    }

    /// - Parameter packs: Those that are damaged; each is read here, frame by frame.
    /// - Returns: Ranges of the image, rising and apart; none where only what no frame has is damaged.
    package func find(in point: Point, damaged packs: Set<Digest256>) throws(SyncError) -> [Range<Int>] {
        let locations = try syncing { () throws(StoreError) in
            try FrameIndex(reading: store, job: points.job, storeID: points.storeID)
        }
        let map = try LayeredMap(of: point, from: points, state: nil, scratch)
        let lost = MissingFrames(store, job: points.job.name, locations, damaged: packs)
        // A delta in a damaged pack is told by its frame, when that is whole: its bases may be lost all the same.
        var deltas = DeltaTables(
            store, job: points.job.name, locations: locations, ignoring: lost.contains)
        var found: [Range<Int>] = []
        var pieces = MapWalker(map, [0..<point.layout.length], point)
        while let some = try pieces.next() {
            try deltas.load(some)
            for piece in some {
                var isHit = false
                for frame in try RestorePlan([piece], deltas).frames.keys where try lost.contains(frame) {
                    isHit = true
                    break
                }
                guard isHit else { continue }
                if let last = found.last, last.upperBound == piece.offset {
                    found[found.count - 1] = last.lowerBound..<piece.end
                } else {
                    found.append(piece.offset..<piece.end)
                }
            }
        }
        return found
    }
}
