internal import BitCollections
internal import Platform
internal import StoreFormat

/// The store that points are copied to: what it has already.
struct CopyDestination {
    let store: any ObjectStore
    /// Nil where it does not have the job yet.
    let repository: Repository?
    let catalog: PointCatalog
    /// The objects that were there before the copy began.
    private var presence = RemoteInventory()
    /// Packs and map segments that have come since.
    private var arrived: Set<Digest256> = []
    /// Frames that have come without their packs.
    private var arrivedFrames: Set<FrameID> = []
    private var locations: FrameIndex?
    private var graph: RecordDependencies?

    init(_ store: any ObjectStore, of source: Repository) throws(StoreError) {
        self.store = store
        repository = try Self.job(in: store, of: source)
        guard let repository else {
            catalog = PointCatalog()
            return
        }
        catalog = try PointCatalog(reading: repository)
        presence = try RemoteInventory(of: repository, catalog)
        let locations = try repository.frames()
        self.locations = locations
        graph = RecordDependencies(repository, locations)
    }

    /// Opens the job, where it is there.
    private static func job(
        in store: any ObjectStore, of source: Repository
    ) throws(StoreError) -> Repository? {
        let repository: Repository
        do throws(StoreError) { repository = try Repository(store, job: source.job.name) } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
        try source.requireSameJob(as: repository, "copy to")
        return repository
    }

    /// Makes the store and the job's place in it, where they are missing.
    static func prepare(
        _ store: any ObjectStore, _ object: StoreObject, _ source: Repository
    ) throws(StoreError) -> Repository {
        _ = try store.initialise(object)
        let id = try store.storeObject().id
        // Also when it is there: the session that made it may have ended before all of it was durable.
        _ = try store.publishJob(source.job.name, source.job.encoded(store: id))
        let repository = try Repository(store, job: source.job.name)
        try source.requireSameJob(as: repository, "copy to")
        return repository
    }

    /// Makes durable the names of points, and of packs that a run left which was cut: whether they are, only that run knew.
    func adopt(_ packs: [PackIndex.Pack]) throws(StoreError) {
        guard let job = repository?.job.name else { return }
        let objects = packs.map { ListedObject(key: .pack(job, $0.name), length: $0.length) }
        let found = try store.adopt(objects, job: job)
        guard let gone = zip(objects, found).first(where: { !$0.1 })?.0 else { return }
        throw StoreError(
            .notFound, "adopt", gone.key.path, "it has gone meanwhile", hint: "run the copy again")
    }

    /// The place of a frame before the copy began; nil if its pack was not there, or not whole.
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
        guard let locations, let repository else { return [] }
        let names = Set(frames.compactMap { locations[$0]?.pack }).filter { locations.isUnindexed($0) }
        var packs: [PackIndex.Pack] = []
        for name in names.sorted(by: { $0.description < $1.description }) {
            packs.append(try repository.footer(of: name, length: locations.length(ofPack: name) ?? 0))
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
        guard let repository else { return [] }
        let known = source.byIdentity
        let common = catalog.entries.last { known[$0.identity]?.segments == $0.segments }
        guard let common else { return [] }
        let request = CheckRequest(
            job: repository.job.name, generation: common.generation, level: .base, seed: common.generation)
        guard try store.check(request, progress: { _ in }).isGood else { return [] }
        let full = common.full.flatMap { catalog[$0] }
        return common.segments + (full?.segments ?? [])
    }
}
