internal import BitCollections
internal import Platform
internal import StoreFormat

/// The store that points are copied from: what each of them needs there.
struct CopySource {
    let repository: Repository
    let catalog: PointCatalog
    private let locations: FrameIndex
    private var graph: RecordDependencies
    /// References of the previous point's segments, most of which the next point has too.
    private var segments: [Point.Segment: [FrameID: BitSet]] = [:]

    init(_ repository: Repository) throws(StoreError) {
        self.repository = repository
        catalog = try PointCatalog(reading: repository)
        locations = try repository.frames()
        graph = RecordDependencies(repository, locations)
    }

    /// A point, read anew: it may be long since the catalog was.
    func point(_ entry: PointCatalog.Entry) throws(CopyFailure) -> StoredPoint {
        let found = try CopyFailure.reading { () throws(StoreError) -> StoredPoint? in
            do throws(StoreError) { return try repository.point(entry.generation) } catch {
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

    /// The references of a point's map, which is read to its end so that it is verified.
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
            let object =
                first.pack.map { ObjectKey.pack(repository.job.name, $0).path } ?? "frame \(first.frame)"
            throw .damage(object: object, reason: first.reason)
        }
        try requireOneContent(of: records)
        return Needs(records: records, places: records.keys.reduce(into: [:]) { $0[$1] = locations[$1] })
    }

    /// Only decoding the image tells which of two contents is right, so neither is copied.
    private func requireOneContent(of records: [FrameID: BitSet]) throws(CopyFailure) {
        let job = repository.job.name
        for (frame, copies) in locations.copies where records[frame] != nil {
            guard let chosen = locations[frame] else { continue }
            for copy in copies {
                let agree = try CopyFailure.reading { () throws(StoreError) in
                    try repository.agree(chosen, copy)
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
        try CopyFailure.reading { () throws(StoreError) in
            try repository.footer(of: name, length: locations.length(ofPack: name) ?? 0)
        }
    }

    private func read(_ segment: Point.Segment) throws(CopyFailure) -> [FrameID: BitSet] {
        try CopyFailure.reading { () throws(StoreError) in
            try repository.references(segment.name, length: segment.length)
        }
    }
}
