internal import BitCollections
internal import Platform
internal import StoreFormat

/// The store that points are copied to: what it has already.
struct CopyDestination {
    let store: any ObjectStore
    /// Nil where it does not have the job yet.
    let points: PointReader?
    let catalog: PointCatalog
    /// What was there before the copy began.
    private var presence = RemoteInventory()
    /// Packs and map segments that have come since.
    private var arrived: Set<Digest256> = []
    /// Frames that have come without their packs.
    private var arrivedFrames: Set<FrameID> = []
    private var locations: FrameIndex?
    private var graph: RecordDependencies?

    init(_ store: any ObjectStore, of source: PointReader) throws(StoreError) {
        self.store = store
        points = try Self.job(in: store, of: source)
        guard let points else {
            catalog = PointCatalog()
            return
        }
        catalog = try PointCatalog(reading: points)
        presence = try RemoteInventory(of: store, job: points.job.name, catalog)
        let locations = try FrameIndex(reading: store, job: points.job, storeID: points.storeID)
        self.locations = locations
        graph = RecordDependencies(store, job: points.job.name, locations: locations)
    }

    /// Opens the job, where it is there.
    private static func job(
        in store: any ObjectStore, of source: PointReader
    ) throws(StoreError) -> PointReader? {
        let points: PointReader
        do throws(StoreError) { points = try PointReader(store, job: source.job.name) } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
        try source.requireSameJob(as: points, in: store, "copy to")
        return points
    }

    /// Makes the store and the job's place in it, where they are missing.
    static func prepare(
        _ store: any ObjectStore, _ object: StoreObject, _ source: PointReader
    ) throws(StoreError) -> PointReader {
        _ = try store.initialise(object)
        let id = try store.storeObject().id
        // Also when it is there: whoever made it may not have lived to make all of it durable.
        _ = try store.publishJob(source.job.name, source.job.encoded(store: id))
        let points = try PointReader(store, job: source.job.name)
        try source.requireSameJob(as: points, in: store, "copy to")
        return points
    }

    /// Makes durable the names of points, and of packs that a run left which was cut: whether they are, only that run knew.
    func adopt(_ packs: [PackIndex.Pack]) throws(StoreError) {
        guard let job = points?.job.name else { return }
        let objects = packs.map { ListedObject(key: .pack(job, $0.name), length: $0.length) }
        let found = try store.adopt(objects, job: job)
        guard let gone = zip(objects, found).first(where: { !$0.1 })?.0 else { return }
        throw StoreError(
            .notFound, "adopt", gone.key.path, "it has gone meanwhile", hint: "run the copy again")
    }

    /// Where a frame was before the copy began; nil where its pack was not there, or not whole.
    func place(of frame: FrameID) -> FrameIndex.Location? {
        guard let locations, let location = locations[frame],
            presence.packs[location.pack] == locations.length(ofPack: location.pack)
        else { return nil }
        return location
    }

    /// The places in the source of what a point needs and this store has not: of each frame all records that are needed, in
    /// that pack or in another one.
    mutating func lacked(_ needs: CopySource.Needs) throws(StoreError) -> [FrameIndex.Location] {
        var lacked: [FrameIndex.Location] = []
        /// Frames that may be thinned here.
        var elsewhere: [FrameID: BitSet] = [:]
        for (frame, location) in needs.places
        where !arrived.contains(location.pack) && !arrivedFrames.contains(frame) {
            guard let place = place(of: frame) else {
                lacked.append(location)
                continue
            }
            if place.pack != location.pack { elsewhere[frame] = needs.records[frame] }
        }
        let thinned = try graph?.lacking(elsewhere) ?? []
        return lacked + thinned.compactMap { needs.places[$0] }
    }

    /// Packs that hold some of these frames and are in no index.
    func unindexed(holding frames: some Sequence<FrameID>) throws(StoreError) -> [PackIndex.Pack] {
        guard let locations, let job = points?.job else { return [] }
        let names = Set(frames.compactMap { locations[$0]?.pack }).filter { locations.isUnindexed($0) }
        var packs: [PackIndex.Pack] = []
        for name in names.sorted(by: { $0.description < $1.description }) {
            let key = ObjectKey.pack(job.name, name)
            let length = locations.length(ofPack: name) ?? 0
            let footer = try PackTail.footer(
                length: length, job: job.id, format: { StoreError("read", key.path, $0) },
                read: { (offset, count) throws(StoreError) in
                    try store.read(key, at: offset, count: count)
                })
            packs.append(.init(name: name, length: length, frames: footer.entries))
        }
        return packs
    }

    func has(_ segment: Point.Segment) -> Bool {
        arrived.contains(segment.name) || presence.maps[segment.name] == segment.length
    }

    mutating func note(_ objects: [ListedObject]) { arrived.formUnion(objects.compactMap(\.key.digest)) }
    mutating func note(_ frames: [FrameID]) { arrivedFrames.formUnion(frames) }

    /// What both stores have of the newest point that is the same in both, where this one proves that it has it.
    ///
    /// - Returns: The segments of its map, and of its full's.
    func provenBase(in source: PointCatalog) throws(StoreError) -> [Point.Segment] {
        guard let points else { return [] }
        let known = source.byIdentity
        let common = catalog.entries.last { known[$0.identity]?.segments == $0.segments }
        guard let common else { return [] }
        let request = CheckRequest(
            job: points.job.name, generation: common.generation, level: .base, seed: common.generation)
        guard try store.check(request, progress: { _ in }).isGood else { return [] }
        let full = common.full.flatMap { catalog[$0] }
        return common.segments + (full?.segments ?? [])
    }
}
