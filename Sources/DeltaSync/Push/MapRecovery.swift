internal import Image
package import OffsiteStore
internal import Platform
internal import Restore
internal import StoreFormat

/// Keeps the usable part of a base's map when some packs are damaged.
struct MapRecovery {
    private let job: JobObject
    private let locations: FrameIndex
    private let packs: Set<Digest256>
    private var deltas: DeltaTables
    /// Of the deltas that were looked at, whether they lead to a damaged pack.
    private var verdicts: [RecordAddress: Bool] = [:]

    /// - Parameter damaged: Paths of damaged objects.
    init(
        _ repository: Repository, damaged: Set<String>
    ) throws(SyncError) {
        let job = repository.job
        let locations = try syncing { () throws(StoreError) in try repository.frames() }
        let packs = Set(
            locations.packNames.filter { damaged.contains(ObjectKey.pack(job.name, $0).path) })
        // Their content is shipped again, even where it could be read.
        deltas = DeltaTables(repository, locations) { frame in
            locations[frame].map { packs.contains($0.pack) } ?? true
        }
        self.job = job
        self.locations = locations
        self.packs = packs
    }

    /// Says which ranges of a point's image can no longer be decoded, and makes one segment of the rest of its map.
    ///
    /// One segment, since a lower one would go on naming the damaged packs.
    /// - Throws: `damaged` if that is unknown.
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

/// Parts of a base's image whose bytes the store no longer has: what looks unchanged there must be shipped all the same.
struct MissingRanges {
    /// More pieces than that are not worth distinguishing.
    static let mostRanges = 1 << 20

    /// Rising and apart.
    private(set) var ranges: [Range<Int>] = []

    var byteCount: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Adds one after the last.
    mutating func append(_ range: Range<Int>) { ranges.appendJoined(range) }

    /// True when some of a part of the base is lost.
    func touches(_ range: Range<Int>) -> Bool {
        let next = ranges.partitioningIndex { $0.upperBound > range.lowerBound }
        return next < ranges.count && ranges[next].lowerBound < range.upperBound
    }

    /// Splits whole blocks of an image, which are at `from` in the base, into lost ones and the others.
    func forEachPart(
        of range: Range<Int>, from: Int, in layout: ImageLayout,
        _ body: (Range<Int>, _ isLost: Bool) throws(SyncError) -> Void
    ) throws(SyncError) {
        let shift = range.lowerBound - from
        let end = range.upperBound - shift
        var start = range.lowerBound
        var next = ranges.partitioningIndex { $0.upperBound > from }
        while next < ranges.count, ranges[next].lowerBound < end {
            let first = max(start, ranges[next].lowerBound + shift)
            let last = min(ranges[next].upperBound, end) + shift - 1
            next += 1
            guard first <= last, let from = layout.block(at: first)?.range.lowerBound,
                let to = layout.block(at: last)?.range.upperBound
            else { continue }
            if start < from { try body(start..<from, false) }
            try body(from..<to, true)
            start = to
        }
        if start < range.upperBound { try body(start..<range.upperBound, false) }
    }
}

/// Damage of the points that a push was to be built upon.
package struct BaseDamage: Equatable, Sendable {
    /// Paths of objects below the store, or frames that no pack holds.
    package internal(set) var objects: [String]
    /// Points that stay damaged; others that need the same objects are as well.
    package internal(set) var points: [UInt64]
    /// Objects that are still damaged, as the store's check names them.
    package internal(set) var found: [CheckReport.Damage] = []
    /// Why the store could not keep what was found.
    package internal(set) var noteFailure: StoreError?
    /// Bytes of the base's image that the store has lost.
    package internal(set) var lostBytes = 0

    package init(objects: [String], points: [UInt64] = []) {
        self.objects = objects
        self.points = points
    }
}
