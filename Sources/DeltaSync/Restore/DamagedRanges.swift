internal import Image
package import OffsiteStore
package import Platform

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
            try FrameLocations(reading: store, job: points.job, storeID: points.storeID)
        }
        let map = try MapStack(of: point, from: points, state: nil, scratch)
        var deltas = DeltaTables(store, job: points.job.name, locations: locations, without: packs)
        var isBad: [FrameID: Bool] = [:]
        var found: [Range<Int>] = []
        var pieces = MapPieces(map, [0..<point.layout.length], point)
        while let some = try pieces.next() {
            try deltas.load(some)
            for piece in some {
                let needed = try RestorePlan([piece], deltas).frames.keys
                var isHit = false
                for frame in needed {
                    let isDamaged: Bool
                    if let known = isBad[frame] {
                        isDamaged = known
                    } else {
                        isDamaged = try self.isDamaged(frame, locations, packs)
                        isBad[frame] = isDamaged
                    }
                    isHit = isHit || isDamaged
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

    private func isDamaged(
        _ frame: FrameID, _ locations: FrameLocations, _ packs: Set<Digest256>
    ) throws(SyncError) -> Bool {
        guard let location = locations[frame] else { return true }
        guard packs.contains(location.pack) else { return false }
        let key = ObjectKey.pack(points.job.name, location.pack)
        do throws(StoreError) {
            let bytes = try store.read(key, at: location.entry.offset, count: location.entry.length)
            return (try? Frame(parsing: bytes))?.id != frame
        } catch {
            guard [.corrupt, .notFound, .failed].contains(error.kind) else { throw .store(error) }
            return true
        }
    }
}
