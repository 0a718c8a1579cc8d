internal import Image
package import OffsiteStore
package import Platform
package import StoreFormat

/// The frames that cannot be read any more, since packs are damaged; each of these packs' frames is read once, when asked for.
final class MissingFrames {
    private let repository: Repository
    private let locations: FrameIndex
    private let packs: Set<Digest256>
    private var known: [FrameID: Bool] = [:]

    init(
        in repository: Repository, _ locations: FrameIndex, damaged packs: Set<Digest256>
    ) {
        self.repository = repository
        self.locations = locations
        self.packs = packs
    }

    func contains(_ frame: FrameID) throws(SyncError) -> Bool {
        if let known = known[frame] { return known }
        let isLost = try isLost(frame)
        known[frame] = isLost
        return isLost
    }

    private func isLost(_ frame: FrameID) throws(SyncError) -> Bool {
        for location in locations.places(of: frame) {
            if !packs.contains(location.pack) { return false }
            if try isWhole(frame, at: location) { return false }
        }
        return true
    }

    private func isWhole(_ frame: FrameID, at location: FrameIndex.Location) throws(SyncError) -> Bool {
        do throws(StoreError) {
            let bytes = try repository.store.read(
                repository.pack(location.pack), at: location.entry.offset, count: location.entry.length)
            return (try? Frame(parsing: bytes))?.id == frame
        } catch {
            guard error.isDamage else { throw .store(error) }
            return false
        }
    }
}

/// Finds the bytes of an image that cannot be made any more, since packs are damaged.
///
/// A byte needs the frame of its record, and the frames of the record's bases.
package struct DamagedRanges {
    private let repository: Repository
    private let scratch: ScratchFolder

    /// - Parameter scratch: For the point's map.
    package init(_ repository: Repository, _ scratch: ScratchFolder) {
        self.repository = repository
        self.scratch = scratch
    }

    /// - Parameter packs: Those that are damaged; each is read here, frame by frame.
    /// - Returns: Ranges of the image, rising and apart; none where only what no frame has is damaged.
    package func find(in point: Point, damaged packs: Set<Digest256>) throws(SyncError) -> [Range<Int>] {
        let locations = try syncing { () throws(StoreError) in try repository.frames() }
        let map = try LayeredMap(of: point, from: repository, state: nil, scratch)
        let lost = MissingFrames(in: repository, locations, damaged: packs)
        // A delta in a damaged pack is read from its frame if that is whole; its bases may be lost all the same.
        var deltas = DeltaTables(repository, locations, ignoring: lost.contains)
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
