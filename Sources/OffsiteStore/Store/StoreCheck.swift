internal import Platform

/// Proves the objects of a job where they are (DESIGN section 6, CONVENTIONS "verified N of N").
///
/// Quick: every object a point needs is there with the right length; of the packs a sample is hashed, and
/// those that the newest point brought. Full: every object is hashed.
struct StoreCheck {
    private let store: DirectoryStore
    private let request: CheckRequest
    private let points: PointReader
    private let locations: FrameLocations
    private var graph: RecordGraph
    private var report = CheckReport()
    /// What each object is needed by.
    private var needed: [ListedObject: [UInt64]] = [:]
    /// Packs that only the newest point in question needs.
    private var newestPacks: Set<Digest256> = []

    init(_ store: DirectoryStore, _ request: CheckRequest) throws(StoreError) {
        self.store = store
        self.request = request
        points = try PointReader(store, job: request.job)
        locations = try FrameLocations(reading: store, job: points.job, storeID: points.storeID)
        graph = RecordGraph(store, job: request.job, locations: locations)
    }

    mutating func run(_ progress: (CheckReport) -> Void) throws(StoreError) -> CheckReport {
        let generations = try points.generations()
        var previous: Set<Digest256> = []
        for generation in generations {
            let isAsked = request.generation == nil || request.generation == generation
            // The point before the one asked for tells which packs are its own.
            guard isAsked || request.generation == generation + 1 else { continue }
            let packs = try look(at: generation, isAsked: isAsked)
            if isAsked { newestPacks = packs.subtracting(previous) }
            previous = packs
        }
        if let asked = request.generation, !generations.contains(asked) {
            throw StoreError(.notFound, "verify", "job \(request.job)", "there is no point \(asked)")
        }
        try addUnreferenced()
        let present = try checkPresence()
        let toHash = sample(present)
        report.objectsToHash = toHash.count
        for object in toHash {
            try hash(object)
            progress(report)
        }
        return report
    }

    /// Notes everything one point needs; returns its packs.
    private mutating func look(at generation: UInt64, isAsked: Bool) throws(StoreError) -> Set<Digest256> {
        let key = ObjectKey.point(request.job, generation)
        if isAsked { report.points += 1 }
        let point: Point
        var roots: [FrameID: Set<Int>] = [:]
        do throws(StoreError) {
            point = try points.point(generation).point
            for segment in point.segments {
                if isAsked {
                    note(.map(request.job, segment.name), segment.length, generation)
                }
                for (frame, records) in try references(segment) {
                    roots[frame, default: []].formUnion(records)
                }
            }
        } catch {
            guard isAsked else { return [] }
            try damaged(key, error, generation)
            return []
        }
        if isAsked, let length = try store.length(of: key) { note(key, length, generation) }
        let (records, missing) = try graph.closure(of: roots)
        var packs: Set<Digest256> = []
        for frame in records.keys {
            guard let location = locations[frame] else { continue }
            packs.insert(location.pack)
        }
        guard isAsked else { return packs }
        for pack in packs {
            note(.pack(request.job, pack), locations.packLengths[pack] ?? 0, generation)
        }
        for frame in missing {
            add(
                CheckReport.Damage(object: "frame \(frame.frame)", reason: frame.reason, points: [generation])
            )
        }
        return packs
    }

    private func references(_ segment: Point.Segment) throws(StoreError) -> [FrameID: Set<Int>] {
        let key = ObjectKey.map(request.job, segment.name)
        let bytes = try store.whole(key, limit: MapSegment.maximumBytes)
        do throws(FormatError) { return try MapSegment.references(parsing: bytes, job: points.job.id) } catch
        {
            throw StoreError("read", key.path, error)
        }
    }

    /// Without a point, every object of the job is looked at once, whether a point needs it or not.
    private mutating func addUnreferenced() throws(StoreError) {
        guard request.generation == nil, request.level == .full else { return }
        for kind in [ObjectKind.pack, .map, .index] {
            for object in try store.list(kind, job: request.job) where needed[object] == nil {
                needed[object] = []
            }
        }
    }

    private mutating func checkPresence() throws(StoreError) -> [ListedObject] {
        report.neededObjects = needed.count
        var present: [ListedObject] = []
        for object in needed.keys.sorted(by: { $0.key.path < $1.key.path }) {
            let length = try store.length(of: object.key)
            if length == object.length {
                report.presentObjects += 1
                present.append(object)
            } else {
                let reason = length.map { "has \($0) bytes, should have \(object.length)" } ?? "is missing"
                add(.init(object: object.key.path, reason: reason, points: needed[object] ?? []))
            }
        }
        return present
    }

    /// What is to be hashed: all, or the newest point's own packs and a sample of the others.
    private func sample(_ objects: [ListedObject]) -> [ListedObject] {
        guard request.level == .quick else { return objects }
        var own: [ListedObject] = []
        var others: [ListedObject] = []
        for object in objects {
            guard case .pack(_, let name) = object.key else { continue }
            if newestPacks.contains(name) { own.append(object) } else { others.append(object) }
        }
        let share = (others.count * CheckRequest.samplePercent + 99) / 100
        let count = min(others.count, max(share, CheckRequest.leastSampledPacks - own.count, 0))
        let mixed = others.map { object in (rank(object), object) }.sorted { $0.0 < $1.0 }
        return own + mixed.prefix(count).map { $0.1 }
    }

    /// A pseudo-random order of the packs that the request's seed decides.
    private func rank(_ object: ListedObject) -> UInt64 {
        CheckValue.of(Array("\(request.seed) \(object.key.path)".utf8).span)
    }

    private mutating func hash(_ object: ListedObject) throws(StoreError) {
        let expected: Digest256
        switch object.key {
        case .pack(_, let name), .map(_, let name), .index(_, let name): expected = name
        case .point, .job, .store:
            // Its own digests were checked when it was read.
            report.hashedObjects += 1
            report.hashedBytes += object.length
            return
        }
        do throws(StoreError) {
            let found = try store.hash(object.key)
            report.hashedObjects += 1
            report.hashedBytes += object.length
            if found != expected {
                add(
                    .init(
                        object: object.key.path, reason: "its SHA-256 is \(found)",
                        points: needed[object] ?? []))
            }
        } catch {
            guard error.kind == .failed || error.kind == .notFound else { throw error }
            add(.init(object: object.key.path, reason: error.detail, points: needed[object] ?? []))
        }
    }

    private mutating func note(_ key: ObjectKey, _ length: Int, _ generation: UInt64) {
        needed[ListedObject(key: key, length: length), default: []].append(generation)
    }

    private mutating func damaged(_ key: ObjectKey, _ error: StoreError, _ generation: UInt64)
        throws(StoreError)
    {
        guard [.corrupt, .notFound, .failed].contains(error.kind) else { throw error }
        report.neededObjects += 1
        add(
            .init(
                object: error.subject.isEmpty ? key.path : error.subject, reason: error.detail,
                points: [generation]))
    }

    private mutating func add(_ damage: CheckReport.Damage) {
        if report.damage.count < CheckReport.maximumDamage { report.damage.append(damage) }
    }
}
