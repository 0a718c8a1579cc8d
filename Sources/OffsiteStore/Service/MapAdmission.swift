internal import BitCollections
internal import Image
internal import Platform
internal import StoreFormat

/// Decides whether the store takes a point by its map (docs/format/map.md, section 5).
///
/// Every segment must be there, have the bytes of its name, parse, and together they must cover the image. An agent also
/// requires that every record is there: a point with a missing record would stop collection. It holds one section of each
/// segment, and what the segments refer to.
struct MapAdmission {
    /// Entries between two signs of life.
    private static let pulseEntries = 1 << 16

    private let store: LocalStoreService
    private let repository: Repository
    private let key: ObjectKey
    private var job: JobObject { repository.job }

    /// - Parameter key: Of the point.
    init(_ store: LocalStoreService, _ repository: Repository, _ key: ObjectKey) {
        self.store = store
        self.repository = repository
        self.key = key
    }

    /// - Throws: `refused` for a point whose map is not what it should be.
    func check(_ point: Point, after parent: StoredPoint?) throws(StoreError) {
        var proofs: [MapProof] = []
        for segment in point.segments { proofs.append(try prove(segment)) }
        if let gap = try firstGap(proofs, point.layout.length) {
            throw refused("its map says nothing about byte \(gap) of \(point.layout.length)")
        }
        guard store.isServed else { return }
        try requireRecords(of: point, proofs, known: Set(parent?.point.segments ?? []))
    }

    private func prove(_ segment: Point.Segment) throws(StoreError) -> MapProof {
        let map = ObjectKey.map(job.name, segment.name)
        guard try store.length(of: map) == segment.length else {
            throw refused("map segment \(segment.name) is not there")
        }
        let file = try store.storage.open(map)
        let found: MapProof
        do throws(StoreError) {
            found = try MapProof(
                reading: file, of: map, length: segment.length, job: job.id, pulse: store.pulse)
        } catch {
            guard [.corrupt, .incompatible].contains(error.kind) else { throw error }
            throw refused("map segment \(segment.name) is damaged or no map: \(error.detail)")
        }
        guard found.name == segment.name else {
            throw refused("map segment \(segment.name) is damaged: its SHA-256 is \(found.name)")
        }
        return found
    }

    /// The first byte of the image that no entry says anything about; nil where there is none.
    private func firstGap(_ proofs: [MapProof], _ length: Int) throws(StoreError) -> Int? {
        var layers: [(next: () throws(ImageError) -> MapEntry?, head: MapEntry?)] = []
        for proof in proofs {
            let next = proof.entries.all()
            layers.append((next, try take(next)))
        }
        var reached = 0
        var count = 0
        while reached < length {
            let before = reached
            for number in layers.indices {
                while let head = layers[number].head, head.offset <= reached {
                    reached = max(reached, head.end)
                    layers[number].head = try take(layers[number].next)
                    count += 1
                    if count % Self.pulseEntries == 0 { try store.pulse?() }
                }
            }
            if reached == before { return reached }
        }
        return nil
    }

    private func take(_ next: () throws(ImageError) -> MapEntry?) throws(StoreError) -> MapEntry? {
        do throws(ImageError) { return try next() } catch {
            throw StoreError(.failed, "commit", key.path, "its map: \(error)")
        }
    }

    /// Requires what a collection requires of a point, so that none is ever stopped by this one.
    ///
    /// - Parameter known: Segments of the parent, whose records were looked at with it.
    private func requireRecords(
        of point: Point, _ proofs: [MapProof], known: Set<Point.Segment>
    ) throws(StoreError) {
        var roots: [FrameID: BitSet] = [:]
        var settled: [FrameID: BitSet] = [:]
        for (segment, proof) in zip(point.segments, proofs) {
            if known.contains(segment) {
                settled.merge(proof.records) { $0.union($1) }
            } else {
                roots.merge(proof.records) { $0.union($1) }
            }
        }
        guard !roots.isEmpty else { return }
        let locations = try repository.frames()
        var graph = RecordDependencies(repository, locations)
        let (records, missing) = try graph.closure(of: roots, beyond: settled)
        if let first = missing.first { throw refused("its map needs more than is there: \(first.reason)") }
        if let lost = try repository.firstLost(of: records, locations, pulse: store.pulse) {
            throw refused("its map needs more than is there: \(lost.what)")
        }
        // A pack that no index names was never compared with others, and may get a second content later.
        guard !locations.lacksIndexes else { return }
        for frame in records.keys {
            guard let pack = locations[frame]?.pack, !locations.isIndexed(pack) else { continue }
            throw StoreError(
                .refused, "commit", key.path,
                "its map needs frame \(frame) of pack \(pack), which no index names",
                hint: "an index is lost; the store's owner makes it again with: hybridrep gc \(job.name)")
        }
    }

    private func refused(_ detail: String) -> StoreError { StoreError(.refused, "commit", key.path, detail) }
}
