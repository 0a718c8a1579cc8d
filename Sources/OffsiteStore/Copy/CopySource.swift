internal import BitCollections
internal import Platform
internal import StoreFormat

/// The store that points are copied from: what each of them needs there.
struct CopySource {
    let store: any ObjectStore
    let points: PointReader
    let catalog: PointCatalog
    private let locations: FrameIndex
    private var graph: RecordDependencies
    /// What the segments of the point before refer to: most of them are the next point's, too.
    private var segments: [Point.Segment: [FrameID: BitSet]] = [:]

    init(_ store: any ObjectStore, job: Name) throws(StoreError) {
        self.store = store
        points = try PointReader(store, job: job)
        catalog = try PointCatalog(reading: points)
        locations = try FrameIndex(reading: store, job: points.job, storeID: points.storeID)
        graph = RecordDependencies(store, job: job, locations: locations)
    }

    /// A point, read anew: it may be long since the catalog was.
    func point(_ entry: PointCatalog.Entry) throws(CopyFailure) -> StoredPoint {
        let found = try CopyFailure.reading { () throws(StoreError) -> StoredPoint? in
            do throws(StoreError) { return try points.point(entry.generation) } catch {
                guard error.kind == .notFound else { throw error }
                return nil
            }
        }
        guard let found else { throw .reason(.isGone) }
        return found
    }

    /// Frames that a point needs beyond what was known, each with its records and where it is here.
    struct Needs {
        var records: [FrameID: BitSet]
        var places: [FrameID: FrameIndex.Location]
    }

    /// What a point's map refers to, read through so that it is proved.
    mutating func references(of segments: [Point.Segment]) throws(CopyFailure) -> [FrameID: BitSet] {
        var kept: [Point.Segment: [FrameID: BitSet]] = [:]
        var roots: [FrameID: BitSet] = [:]
        for segment in segments {
            let found = if let known = self.segments[segment] { known } else { try read(segment) }
            kept[segment] = found
            roots.merge(found) { $0.union($1) }
        }
        self.segments = kept
        return roots
    }

    /// - Parameter known: Records that are in the other store, with all that they need.
    mutating func needs(
        of segments: [Point.Segment], beyond known: [FrameID: BitSet]
    ) throws(CopyFailure) -> Needs {
        let roots = try references(of: segments)
        let (records, missing) = try CopyFailure.anywhere { () throws(StoreError) in
            try graph.closure(of: roots, beyond: known)
        }
        if let first = missing.first {
            let object = first.pack.map { ObjectKey.pack(points.job.name, $0).path } ?? "frame \(first.frame)"
            throw .damage(object: object, reason: first.reason)
        }
        try requireOneContent(of: records)
        return Needs(records: records, places: records.keys.reduce(into: [:]) { $0[$1] = locations[$1] })
    }

    /// Which of two contents is the right one only whoever decodes the image can tell: none is carried on.
    private func requireOneContent(of records: [FrameID: BitSet]) throws(CopyFailure) {
        let job = points.job.name
        for (frame, copies) in locations.copies where records[frame] != nil {
            guard let chosen = locations[frame] else { continue }
            for copy in copies {
                let agree = try CopyFailure.reading { () throws(StoreError) in
                    try store.agree(chosen, copy, job)
                }
                if agree { continue }
                throw .damage(
                    object: ObjectKey.pack(job, copy.pack).path,
                    reason:
                        "gives frame \(frame) another content than \(ObjectKey.pack(job, chosen.pack).path)")
            }
        }
    }

    /// A pack, and the frames in it.
    func pack(_ name: Digest256) throws(CopyFailure) -> PackIndex.Pack {
        let key = ObjectKey.pack(points.job.name, name)
        let length = locations.length(ofPack: name) ?? 0
        return try CopyFailure.reading { () throws(StoreError) in
            let footer = try PackTail.footer(
                length: length, job: points.job.id, format: { StoreError("read", key.path, $0) },
                read: { (offset, count) throws(StoreError) in
                    try store.read(key, at: offset, count: count)
                })
            return PackIndex.Pack(name: name, length: length, frames: footer.entries)
        }
    }

    private func read(_ segment: Point.Segment) throws(CopyFailure) -> [FrameID: BitSet] {
        try CopyFailure.reading { () throws(StoreError) in
            try MapReferences.read(segment.name, length: segment.length, of: points.job, in: store)
        }
    }
}
