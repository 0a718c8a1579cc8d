internal import Image
internal import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// What a base's map is still good for when some packs are damaged.
struct MapRecovery {
    private let job: JobObject
    private let locations: FrameIndex
    private let packs: Set<Digest256>
    private var deltas: DeltaTables
    /// Of the deltas that were looked at, whether they lead to a damaged pack.
    private var verdicts: [RecordAddress: Bool] = [:]

    /// - Parameter damaged: Paths of damaged objects.
    init(
        _ store: any ObjectStore, _ points: PointReader, damaged: Set<String>
    ) throws(SyncError) {
        let job = points.job
        let locations = try syncing { () throws(StoreError) in
            try FrameIndex(reading: store, job: job, storeID: points.storeID)
        }
        let packs = Set(
            locations.packNames.filter { damaged.contains(ObjectKey.pack(job.name, $0).path) })
        // What is in them is shipped again, whatever of it could be read.
        deltas = DeltaTables(store, job: job.name, locations: locations) { frame in
            locations[frame].map { packs.contains($0.pack) } ?? true
        }
        self.job = job
        self.locations = locations
        self.packs = packs
    }

    /// Says which ranges of a point's image can no longer be decoded, and makes one segment of the rest of its map.
    ///
    /// One segment, since a lower one would go on naming the damaged packs.
    /// - Throws: `damaged` when that cannot be told.
    mutating func run(
        _ map: LayeredMap, of point: Point, _ scratch: ScratchFolder
    ) throws(SyncError) -> (map: LayeredMap, lost: MissingRanges) {
        let writer = MapSegmentWriter(job: job.id, scratch)
        var lost = MissingRanges()
        var pieces = MapWalker(map, [0..<point.layout.length], point)
        while let batch = try pieces.next() {
            try deltas.load(batch)
            verdicts = [:]
            for piece in batch {
                if isLost(piece) {
                    lost.append(piece.offset..<piece.end)
                } else {
                    try onDisk { () throws(SystemError) in try writer.append(piece) }
                }
            }
            guard lost.ranges.count <= MissingRanges.mostRanges else {
                throw .damaged("too many pieces of point \(point.id) are lost")
            }
        }
        let runs = try map.runs()
        let kept = try imaging { () throws(ImageError) in
            for run in runs { try writer.append(run) }
            return try writer.finish()
        }
        return (LayeredMap(unstored: kept), lost)
    }

    private mutating func isLost(_ piece: MapEntry) -> Bool {
        guard case .record(let frame, let record, _, let depth) = piece.source else { return false }
        return isLost(RecordAddress(frame, record), depth)
    }

    private mutating func isLost(_ address: RecordAddress, _ depth: Int) -> Bool {
        guard let location = locations[address.frame], !packs.contains(location.pack) else { return true }
        guard depth > 0, let delta = deltas[address] else { return false }
        if let known = verdicts[address] { return known }
        var lost = false
        for slice in delta.base where !lost { lost = isLost(RecordAddress(slice), depth - 1) }
        verdicts[address] = lost
        return lost
    }
}
